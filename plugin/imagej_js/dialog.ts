/**
 * The dialog's parameters, made from the option table.
 *
 * @module
 */
import {
  deconvolveOptions,
  longName,
  type OptionSpec,
  pluginOptions,
  psfOptions,
} from "../../core/options.ts";
import { BACKENDS } from "./restore_messages.ts";

/** A parameter of the dialog. */
export interface DialogField {
  /** As in `plugin/job.ts`. */
  readonly name: string;
  readonly label: string;
  readonly spec: OptionSpec;
  /** Where the table has none, or one that only suits a command. */
  readonly default?: string;
  /** Id of the element that holds it. */
  readonly group: "optics-fields" | "file-fields" | "more-fields";
}

const backend: OptionSpec = {
  flags: "--backend <name>",
  kind: "choice",
  choices: BACKENDS,
  default: "auto",
  description: "auto takes the GPU where the browser offers one, else wasm",
};

/** All parameters in the dialog's order. */
export const DIALOG_FIELDS: readonly DialogField[] = [
  field("optics", "Optical model", psfOptions.optics, "richards-wolf"),
  field("wavelength", "Emission wavelength", psfOptions.wavelength, "520"),
  field("na", "Numerical aperture", psfOptions.na, "1.4"),
  field("immersion-index", "Immersion index", psfOptions.immersionIndex),
  field("sample-index", "Sample index", psfOptions.sampleIndex),
  field("depth", "Depth in the sample", psfOptions.depth),
  field("focus", "Middle plane at", psfOptions.focus, "brightest"),
  { ...field("psf-resample", "Resample the PSF", pluginOptions.psfResample), group: "file-fields" },
  { ...field("type", "Type of the result", deconvolveOptions.type), group: "more-fields" },
  { ...field("sigma", "Noise", deconvolveOptions.sigma), group: "more-fields" },
  { ...field("memory", "Memory", deconvolveOptions.memory, "2GB"), group: "more-fields" },
  { ...field("backend", "Backend", backend), group: "more-fields" },
];

/** Words for choices whose names are made for typing. */
const WORDS: Readonly<Record<string, string>> = {
  "richards-wolf": "Richards & Wolf",
  "gibson-lanni": "Gibson & Lanni",
  "born-wolf": "Born & Wolf",
  gaussian: "Gaussian",
  stage: "the stage's zero",
  brightest: "the brightest point",
  same: "as the image",
  auto: "GPU, else wasm",
  webgpu: "GPU (WebGPU)",
};

/** Parameters that only the layered model has. */
const LAYERED = ["sample-index", "depth", "focus"];

function field(name: string, label: string, spec: OptionSpec, byDefault?: string): DialogField {
  return { name, label, spec, default: byDefault ?? spec.default, group: "optics-fields" };
}

/** Puts the parameters into their groups. */
export function fillDialog(form: HTMLFormElement): void {
  for (const field of DIALOG_FIELDS) {
    const label = document.createElement("label");
    label.dataset.name = field.name;
    const text = document.createElement("span");
    text.textContent = field.label;
    const unit = "unit" in field.spec && field.spec.unit;
    if (unit) text.append(createSmall(unit));
    label.append(text, createControl(field));
    label.title = field.spec.description;
    if (field.spec.kind === "flag") label.className = "check";
    form.querySelector(`#${field.group}`)!.append(label);
  }
  const optics = form.elements.namedItem("optics") as HTMLSelectElement;
  const showLayers = () => {
    for (const name of LAYERED) {
      form.querySelector<HTMLElement>(`[data-name="${name}"]`)!.hidden =
        optics.value !== "gibson-lanni";
    }
  };
  optics.addEventListener("change", showLayers);
  showLayers();
}

function createSmall(text: string): HTMLElement {
  const small = document.createElement("small");
  small.textContent = ` ${text}`;
  return small;
}

function createControl({ name, spec, default: value = "" }: DialogField): HTMLElement {
  if (spec.kind === "choice") {
    const select = document.createElement("select");
    select.name = name;
    select.append(...spec.choices.map((choice) => new Option(WORDS[choice] ?? choice, choice)));
    select.value = value;
    return select;
  }
  const input = document.createElement("input");
  input.name = name;
  if (spec.kind === "flag") {
    input.type = "checkbox";
    input.value = "yes";
  } else {
    input.value = value;
    input.autocomplete = "off";
    input.spellcheck = false;
    if (name === "sigma") input.placeholder = "estimated";
    if (spec.kind === "number") input.inputMode = "decimal";
  }
  return input;
}

/** What the dialog says, under the names of `plugin/job.ts`; empty fields are left out. */
export function readDialog(form: HTMLFormElement): [name: string, value: string][] {
  return [...new FormData(form)].filter((entry): entry is [string, string] =>
    typeof entry[1] === "string" && entry[1].trim() !== ""
  );
}

/**
 * A message as the dialog's reader knows things: by labels and not by a command's flags.
 *
 * @example
 * ```ts
 * import { inDialogWords } from "./dialog.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(inDialogWords("--na is missing; give a value"), "Numerical aperture is missing; give a value");
 * ```
 */
export function inDialogWords(message: string): string {
  return DIALOG_FIELDS.reduce(
    (text, { spec, label }) =>
      text.replaceAll(new RegExp(`${longName(spec)}(?![\\w-])`, "g"), label),
    message.replaceAll(/--voxel(?![\w-])/g, "Voxel size"),
  );
}

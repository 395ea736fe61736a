/**
 * Writes the Fiji plugin's options from the option table: `deno run -A plugin/build_options.ts`.
 *
 * @module
 */
import {
  commonOptions,
  deconvolveOptions,
  longName,
  type OptionSpec,
  pluginOptions,
  psfOptions,
} from "../core/options.ts";

/** Where the Java source goes. */
export const OPTIONS_JAVA = new URL("./fiji/src/trainablewiener/Options.java", import.meta.url);

/** An option of the dialog, in its order. */
interface DialogOption {
  readonly spec: OptionSpec;
  /** The first word, in small letters, is the key in macros: the option's name. */
  readonly label: string;
  /** Where the table has none, or one that only suits a command. */
  readonly default?: string;
}

const DIALOG: Readonly<Record<string, DialogOption>> = {
  MODEL: { spec: deconvolveOptions.model, label: "Model", default: "default" },
  PSF: { spec: pluginOptions.psf, label: "PSF from" },
  OPTICS: { spec: psfOptions.optics, label: "Optics", default: "richards-wolf" },
  WAVELENGTH: { spec: psfOptions.wavelength, label: "Wavelength of emission", default: "520" },
  NA: { spec: psfOptions.na, label: "NA", default: "1.4" },
  IMMERSION_INDEX: { spec: psfOptions.immersionIndex, label: "Immersion_index" },
  SAMPLE_INDEX: { spec: psfOptions.sampleIndex, label: "Sample_index" },
  DEPTH: { spec: psfOptions.depth, label: "Depth below the coverslip" },
  FOCUS: { spec: psfOptions.focus, label: "Focus", default: "brightest" },
  PSF_FILE: { spec: pluginOptions.psfFile, label: "PSF_file" },
  PSF_IMAGE: { spec: pluginOptions.psfImage, label: "PSF_image" },
  PSF_RESAMPLE: {
    spec: pluginOptions.psfResample,
    label: "PSF_resample to the voxels of the image",
  },
  CHANNELS: { spec: pluginOptions.channels, label: "Channels" },
  FRAMES: { spec: pluginOptions.frames, label: "Frames" },
  TYPE: { spec: deconvolveOptions.type, label: "Type of the result" },
  SIGMA: { spec: deconvolveOptions.sigma, label: "Sigma of the noise (empty: estimated)" },
  BACKEND: { spec: commonOptions.backend, label: "Backend" },
  MEMORY: { spec: deconvolveOptions.memory, label: "Memory to use at most" },
};

/** The Java source. */
export function generateOptions(): string {
  const lines = Object.entries(DIALOG).flatMap(([name, option]) => {
    const { spec, label } = option;
    const flag = longName(spec).slice(2);
    const key = label.split(" ")[0].toLowerCase();
    if (key !== flag.replaceAll("-", "_")) {
      throw new Error(`The label "${label}" has to begin with the option's name, ${flag}`);
    }
    const choices = spec.kind === "choice" ? spec.choices.join(" ") : "";
    const fields = [
      ...[flag, label, spec.kind, option.default ?? spec.default ?? ""],
      ...[choices, "unit" in spec && spec.unit ? spec.unit : "", spec.description],
    ];
    return [
      `    static final Option ${name} = new Option(`,
      `        ${fields.slice(0, 6).map((field) => JSON.stringify(field)).join(", ")},`,
      `        ${JSON.stringify(fields[6])});`,
    ];
  });
  return [
    "// Generated from core/options.ts by plugin/build_options.ts; a test keeps it current.",
    "package trainablewiener;",
    "",
    "/** The options of the dialog and of macros. */",
    "final class Options {",
    ...lines,
    "",
    "    /** In the dialog's order. */",
    "    static final Option[] ALL = {",
    ...Object.keys(DIALOG).map((name) => `        ${name},`),
    "    };",
    "",
    "    private Options() {}",
    "}",
    "",
  ].join("\n");
}

if (import.meta.main) {
  Deno.mkdirSync(new URL(".", OPTIONS_JAVA), { recursive: true });
  Deno.writeTextFileSync(OPTIONS_JAVA, generateOptions());
}

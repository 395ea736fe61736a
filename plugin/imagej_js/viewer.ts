/**
 * Before and after on top of each other, with a slider between them.
 *
 * @module
 */
import type { StackReader } from "../../core/io/stack.ts";

/** The elements of the viewer. */
export interface ViewerElements {
  readonly root: HTMLElement;
  readonly before: HTMLCanvasElement;
  readonly after: HTMLCanvasElement;
  readonly divider: HTMLInputElement;
  readonly plane: HTMLInputElement;
  readonly planeOutput: HTMLOutputElement;
  readonly channel: HTMLSelectElement;
}

/** What the viewer can be asked. */
export interface Viewer {
  /** Shows a stack, and its restoration once there is one. */
  show(before: StackReader, after?: StackReader): Promise<void>;
}

/** Part of the pixels that may be brighter or darker than the display shows. */
const CLIPPED = 0.001;

/** Wires the elements. */
export function createViewer(elements: ViewerElements): Viewer {
  const { root, before, after, divider, plane, planeOutput, channel } = elements;
  let stacks: { before: StackReader; after?: StackReader } | undefined;
  let drawing: Promise<void> = Promise.resolve();

  const split = () => root.style.setProperty("--split", `${divider.value}%`);
  const draw = () => (drawing = drawing.then(drawNow, drawNow));

  async function drawNow(): Promise<void> {
    if (!stacks) return;
    const z = Number(plane.value) - 1;
    const c = Number(channel.value);
    planeOutput.textContent = `${plane.value} / ${plane.max}`;
    await drawPlane(before, stacks.before, { z, channel: c });
    if (stacks.after) {
      await drawPlane(after, stacks.after, {
        z,
        channel: Math.min(c, stacks.after.info.shape[0] - 1),
      });
    }
  }

  divider.addEventListener("input", split);
  plane.addEventListener("input", draw);
  channel.addEventListener("change", draw);
  // The picture itself is a handle too.
  const drag = (event: PointerEvent) => {
    if (event.buttons !== 1 || event.target === divider || after.hidden) return;
    const { left, width } = before.getBoundingClientRect();
    divider.value = String(Math.max(0, Math.min(100, 100 * (event.clientX - left) / width)));
    split();
  };
  root.querySelector<HTMLElement>(".frame")!.addEventListener("pointerdown", drag);
  root.querySelector<HTMLElement>(".frame")!.addEventListener("pointermove", drag);

  return {
    async show(first, second) {
      const { shape: [channels, depth, height, width] } = first.info;
      const isNew = stacks?.before !== first;
      stacks = { before: first, after: second };
      root.hidden = false;
      root.dataset.state = second ? "compared" : "single";
      root.style.setProperty("--aspect", `${width} / ${height}`);
      root.style.setProperty("--ratio", String(width / height));
      after.hidden = divider.disabled = !second;
      plane.max = String(depth);
      plane.closest<HTMLElement>("label")!.hidden = depth === 1;
      if (isNew) {
        plane.value = String(Math.floor(depth / 2) + 1);
        const options = Array.from({ length: channels }, (_, i) => new Option(`${i + 1}`, `${i}`));
        channel.replaceChildren(...options);
        channel.closest<HTMLElement>("label")!.hidden = channels === 1;
      }
      split();
      await draw();
    },
  };
}

async function drawPlane(
  canvas: HTMLCanvasElement,
  reader: StackReader,
  { z, channel }: { readonly z: number; readonly channel: number },
): Promise<void> {
  const [, , height, width] = reader.info.shape;
  const region = { channel, start: [z, 0, 0], end: [z + 1, height, width] } as const;
  const data = await reader.readRegion(region);
  const { min, max } = displayRange(data);
  const picture = new ImageData(width, height);
  const pixels = picture.data;
  const scale = 255 / (max - min || 1);
  for (let i = 0; i < data.length; i++) {
    const grey = (data[i] - min) * scale;
    pixels[4 * i] = pixels[4 * i + 1] = pixels[4 * i + 2] = grey;
    pixels[4 * i + 3] = 255;
  }
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")!.putImageData(picture, 0, 0);
}

/** Each side is shown on its own range: a restoration gathers light, so its peaks are higher. */
function displayRange(data: Float32Array): { min: number; max: number } {
  const step = Math.max(1, Math.floor(data.length / 65536));
  const sample = data.filter((_, i) => i % step === 0).sort();
  const cut = Math.floor(CLIPPED * sample.length);
  return { min: sample[cut], max: sample[sample.length - 1 - cut] };
}

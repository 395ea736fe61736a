import { createVolume, type Shape, type Volume } from "../../../core/volume.ts";

/** The stacks that the reference values of the metrics were computed on. */
export function createPattern(): { restored: Volume; observed: Volume; target: Volume } {
  const shape: Shape = [2, 3, 20, 24];
  const target = createVolume(shape);
  const restored = createVolume(shape);
  const observed = createVolume(shape);
  const [channels, depth, height, width] = shape;
  let i = 0;
  for (let c = 0; c < channels; c++) {
    for (let z = 0; z < depth; z++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++, i++) {
          const t = 0.5 +
            0.5 * Math.sin(0.37 * x + 0.11 * y + 0.5 * z + c) * Math.cos(0.23 * y - 0.05 * x);
          target.data[i] = t;
          restored.data[i] = 0.9 * t + 0.05 + 0.1 * Math.sin(1.7 * x + 2.3 * y + z);
          observed.data[i] = 0.6 * t + 0.2 + 0.15 * Math.cos(0.9 * x - 1.3 * y + 2 * z + c);
        }
      }
    }
  }
  return { restored, observed, target };
}

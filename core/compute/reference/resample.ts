/**
 * Weighted sums along all axes, float64.
 *
 * @module
 */
import type { ResampleOptions, Taps } from "../engine.ts";
import { assertTaps } from "../taps.ts";
import type { GridValues } from "./shrinkage.ts";

/** output = weight sum a b c input on the first voxels, or that added. */
export function resample(
  output: GridValues,
  input: GridValues,
  { taps, weight = 1, mode = "set" }: ResampleOptions & { readonly taps: Taps },
): void {
  assertTaps(taps, { output: output.size, input: input.size });
  const [z, y, x] = taps;
  for (let k = 0; k < z.starts.length - 1; k++) {
    for (let j = 0; j < y.starts.length - 1; j++) {
      for (let i = 0; i < x.starts.length - 1; i++) {
        let sum = 0;
        for (let c = z.starts[k]; c < z.starts[k + 1]; c++) {
          for (let b = y.starts[j]; b < y.starts[j + 1]; b++) {
            for (let a = x.starts[i]; a < x.starts[i + 1]; a++) {
              const row = z.indices[c] * input.size[1] + y.indices[b];
              sum += z.weights[c] * y.weights[b] * x.weights[a] *
                input.data[row * input.size[2] + x.indices[a]];
            }
          }
        }
        const at = (k * output.size[1] + j) * output.size[2] + i;
        output.data[at] = weight * sum + (mode === "add" ? output.data[at] : 0);
      }
    }
  }
}

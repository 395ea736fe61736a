/**
 * How one axis of samples is continued to a grid, and the way back, in float64.
 *
 * @module
 */
import { type Size, voxelsOf } from "../../volume.ts";
import type { Restriction } from "../engine.ts";
import { type Extension, taperWeights } from "../grid.ts";

/** One axis of `data` continued to `length` points. */
export function extendAxis(
  data: Float64Array,
  size: Size,
  axis: 0 | 1 | 2,
  length: number,
  extension: Extension,
): Float64Array {
  const n = size[axis];
  const weights = taperWeights(length - n);
  const origin = extension === "centred" ? Math.floor(n / 2) : 0;
  const out = new Float64Array(data.length / n * length);
  forEachLine(size, axis, (start, stride, line) => {
    const at = (i: number) => data[start + i * stride];
    const outStart = Math.floor(line / stride) * stride * length + line % stride;
    for (let i = 0; i < n; i++) {
      out[outStart + ((i - origin + length) % length) * stride] = at(i);
    }
    if (extension !== "taper") return;
    for (let g = 0; g < length - n; g++) {
      out[outStart + (n + g) * stride] = at(n - 1) + weights[g] * (at(0) - at(n - 1));
    }
  });
  return out;
}

/** The adjoint of an extension, or a crop. */
export function restrictAxis(
  data: Float64Array,
  size: Size,
  axis: 0 | 1 | 2,
  n: number,
  restriction: Restriction = { kind: "crop" },
): Float64Array {
  const length = size[axis];
  const weights = taperWeights(length - n);
  const offset = restriction.kind === "crop" ? restriction.offset?.[axis] ?? 0 : 0;
  const out = new Float64Array(data.length / length * n);
  forEachLine(size, axis, (start, stride, line) => {
    const outStart = Math.floor(line / stride) * stride * n + line % stride;
    for (let i = 0; i < n; i++) out[outStart + i * stride] = data[start + (i + offset) * stride];
    if (restriction.kind !== "fold") return;
    for (let g = 0; g < length - n; g++) {
      const value = data[start + (n + g) * stride];
      out[outStart] += weights[g] * value;
      out[outStart + (n - 1) * stride] += (1 - weights[g]) * value;
    }
  });
  return out;
}

/** Every line along an axis: its first index, the stride, and its number. */
function forEachLine(
  size: Size,
  axis: 0 | 1 | 2,
  callback: (start: number, stride: number, line: number) => void,
): void {
  const stride = axis === 2 ? 1 : axis === 1 ? size[2] : size[1] * size[2];
  const lines = voxelsOf(size) / size[axis];
  for (let line = 0; line < lines; line++) {
    callback(
      Math.floor(line / stride) * stride * size[axis] + line % stride,
      stride,
      line,
    );
  }
}

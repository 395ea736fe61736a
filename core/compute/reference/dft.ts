/**
 * The discrete Fourier transform as its definition says, in float64: what the fast ones are tested
 * against.
 *
 * @module
 */
import type { Size } from "../../volume.ts";

/** Complex numbers on a grid `[z, y, x]`. */
export interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Zeros. */
export function createComplex(length: number): Complex {
  return { re: new Float64Array(length), im: new Float64Array(length) };
}

/** X[k] = sum_n x[n] exp(sign 2 pi i k n / N) along one axis (0 is z, 2 is x), in place. */
export function transformAxis(data: Complex, size: Size, axis: 0 | 1 | 2, sign: -1 | 1): void {
  const length = size[axis];
  const stride = axis === 2 ? 1 : axis === 1 ? size[2] : size[1] * size[2];
  const cos = new Float64Array(length);
  const sin = new Float64Array(length);
  for (let k = 0; k < length; k++) {
    cos[k] = Math.cos(2 * Math.PI * k / length);
    sin[k] = sign * Math.sin(2 * Math.PI * k / length);
  }
  const line = createComplex(length);
  for (let start = 0; start < data.re.length; start++) {
    if (Math.floor(start / stride) % length !== 0) continue;
    for (let k = 0; k < length; k++) {
      let re = 0;
      let im = 0;
      for (let n = 0; n < length; n++) {
        const index = start + n * stride;
        const phase = (k * n) % length;
        re += data.re[index] * cos[phase] - data.im[index] * sin[phase];
        im += data.re[index] * sin[phase] + data.im[index] * cos[phase];
      }
      line.re[k] = re;
      line.im[k] = im;
    }
    for (let k = 0; k < length; k++) {
      data.re[start + k * stride] = line.re[k];
      data.im[start + k * stride] = line.im[k];
    }
  }
}

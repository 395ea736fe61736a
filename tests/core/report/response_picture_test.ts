import assert from "node:assert/strict";
import { renderKernelResponses, respondToKernels } from "../../../core/report/response_picture.ts";
import { normals } from "../../support/pattern.ts";

const image = { data: Float32Array.from(normals(30, 1)), width: 6, height: 5 };
const bank = {
  kernels: Float32Array.from(normals(2 * 2 * 15, 2)),
  shape: [2, 2, 1, 3, 5],
} as const;

Deno.test("respondToKernels() is the sum over each kernel, zeros beyond the border", () => {
  const responses = respondToKernels(image, bank, { channel: 1 });
  for (const [d, { data }] of responses.entries()) {
    for (let y = 0; y < 5; y++) {
      for (let x = 0; x < 6; x++) {
        let sum = 0;
        for (let v = 0; v < 3; v++) {
          for (let u = 0; u < 5; u++) {
            const [row, column] = [y + v - 1, x + u - 2];
            if (row < 0 || row >= 5 || column < 0 || column >= 6) continue;
            sum += bank.kernels[(d * 2 + 1) * 15 + v * 5 + u] * image.data[row * 6 + column];
          }
        }
        assert.ok(Math.abs(data[y * 6 + x] - sum) < 1e-5);
      }
    }
  }
});

Deno.test("renderKernelResponses() has the image and a tile for every kernel", () => {
  const { width, height } = renderKernelResponses(image, bank, { channel: 0, columns: 2 });
  assert.deepEqual([width, height], [2 * (6 + 6) + 6, 2 * (5 + 6) + 6]);
});

Deno.test("respondToKernels() refuses kernels of several planes, and channels that are not there", () => {
  assert.throws(() => respondToKernels(image, bank, { channel: 2 }), RangeError);
  const deep = { ...bank, shape: [2, 2, 3, 1, 5] } as const;
  assert.throws(() => respondToKernels(image, deep, { channel: 0 }), RangeError);
});

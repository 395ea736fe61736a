import assert from "node:assert/strict";
import { createRandom } from "../../../core/random.ts";
import {
  frequencyResponse,
  type KernelBank,
  renderKernelDictionary,
  renderResponse,
} from "../../../core/report/kernel_picture.ts";
import { decode } from "fast-png";
import { encodeRaster } from "../../../core/report/raster.ts";

function createBank(shape: KernelBank["shape"]): KernelBank {
  const random = createRandom(5);
  const kernels = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, random.normal);
  return { kernels, shape };
}

/** sqrt(sum_d |sum_u g_d(u) exp(-i w u)|^2), term by term. */
function slowResponse(bank: KernelBank, channel: number, w: readonly number[]): number {
  const [count, channels, depth, height, width] = bank.shape;
  let power = 0;
  for (let d = 0; d < count; d++) {
    let [real, imaginary] = [0, 0];
    for (let z = 0; z < depth; z++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const weight =
            bank.kernels[(((d * channels + channel) * depth + z) * height + y) * width + x];
          const phase = w[0] * z + w[1] * y + w[2] * x;
          real += weight * Math.cos(phase);
          imaginary -= weight * Math.sin(phase);
        }
      }
    }
    power += real ** 2 + imaginary ** 2;
  }
  return Math.sqrt(power);
}

Deno.test("frequencyResponse() is sqrt(R) summed term by term, within 1e-5", () => {
  const bank = createBank([4, 2, 3, 5, 4]);
  const size = 9;
  for (const plane of ["xy", "xz"] as const) {
    const { data } = frequencyResponse(bank, { channel: 1, plane, size });
    for (const [i, j] of [[0, 0], [2, 7], [4, 4], [8, 3]]) {
      const [across, down] = [i, j].map((k) => Math.PI * (2 * k / (size - 1) - 1));
      const w = plane === "xy" ? [0, down, across] : [down, 0, across];
      const expected = slowResponse(bank, 1, w);
      assert.ok(Math.abs(data[j * size + i] - expected) <= 1e-5 * expected, `${plane} ${i} ${j}`);
    }
  }
});

Deno.test("renderResponse() is light at the maximum and dark two decades below", () => {
  const response = { data: Float32Array.of(10, 0.1, 0), width: 3, height: 1 };
  const { data } = renderResponse(response);
  assert.ok(data[0] + data[1] + data[2] > 600);
  assert.ok(data[3] + data[4] + data[5] < 60);
  assert.deepEqual(data.subarray(3, 6), data.subarray(6, 9));
});

Deno.test("renderKernelDictionary() draws zero white, the largest weight red", () => {
  const kernels = Float32Array.of(0, 2, -1, 0, 0.5, -0.5);
  const bank: KernelBank = { kernels, shape: [2, 1, 1, 1, 3] };
  const picture = renderKernelDictionary(bank, { channel: 0 });
  const colorAt = (x: number, y: number) => {
    const i = 3 * (y * picture.width + x);
    return [...picture.data.subarray(i, i + 3)];
  };
  const zoom = 16;
  const [zero, largest, negative] = [0, 1, 2].map((i) => colorAt(14 + i * zoom + 8, 14 + 8));
  assert.ok(Math.min(...zero) > 240);
  assert.ok(largest[0] > 2 * largest[2] && negative[2] > negative[0]);
  // The second kernel on its own scale is as red as the first.
  const second = 14 + 3 * zoom + 14 + zoom + 8;
  assert.deepEqual(colorAt(second, 14 + 8), largest);
  const common = renderKernelDictionary(bank, { channel: 0, scale: "common" });
  const i = 3 * ((14 + 8) * common.width + second);
  assert.notDeepEqual([...common.data.subarray(i, i + 3)], largest);
});

Deno.test("renderKernelDictionary() draws the bars as long as the norms", () => {
  const bank: KernelBank = { kernels: Float32Array.of(4, 1), shape: [2, 1, 1, 1, 1] };
  const picture = renderKernelDictionary(bank, { channel: 0 });
  const row = picture.data.subarray(3 * (14 + 16 + 2) * picture.width).subarray(
    0,
    3 * picture.width,
  );
  const amber = Array.from({ length: picture.width }, (_, x) => row[3 * x] === 255);
  assert.equal(amber.filter(Boolean).length, 16 + 4);
});

for (
  const shape of [
    [24, 1, 1, 5, 5],
    [15, 3, 3, 5, 5],
    [124, 1, 5, 5, 5],
    [1, 1, 1, 3, 3],
  ] as const
) {
  Deno.test(`renderKernelDictionary() of [${shape}] fits a page`, () => {
    const picture = renderKernelDictionary(createBank(shape), { channel: shape[1] - 1 });
    const { width, height } = decode(encodeRaster(picture));
    assert.deepEqual([width, height], [picture.width, picture.height]);
    assert.ok(width <= 720 && height <= 720, `${width} x ${height}`);
  });
}

Deno.test("kernels that do not fit their shape are refused", () => {
  const bank = createBank([2, 1, 1, 3, 3]);
  assert.throws(() => renderKernelDictionary(bank, { channel: 1 }), /No channel 1/);
  const short = { ...bank, kernels: bank.kernels.subarray(1) };
  assert.throws(() => renderKernelDictionary(short, { channel: 0 }), /cannot have 17 weights/);
});

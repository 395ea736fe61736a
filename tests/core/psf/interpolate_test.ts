import assert from "node:assert/strict";
import {
  interpolateAxis,
  interpolateVolume,
  shiftedPositions,
} from "../../../core/psf/interpolate.ts";

/** A wave of `cycles` per sample, away from the ends. */
const wave = (cycles: number) => (i: number) => Math.cos(2 * Math.PI * cycles * (i - 40) + 0.4);

Deno.test("interpolateAxis() reproduces waves up to 0.8 of Nyquist within 1e-3", () => {
  const positions = [30, 33.5, 37.21, 40.77, 50.01];
  const { weights, length } = interpolateAxis(81, positions);
  for (const cycles of [0, 0.1, 0.25, 0.4]) {
    positions.forEach((position, i) => {
      let value = 0;
      for (let j = 0; j < length; j++) value += weights[i * length + j] * wave(cycles)(j);
      assert.ok(Math.abs(value - wave(cycles)(position)) < 1e-3, `${cycles} at ${position}`);
    });
  }
});

Deno.test("interpolateAxis() with a cut-off takes out what lies above it and keeps what lies below", () => {
  const { weights, length } = interpolateAxis(161, [80.3], { cutoff: 0.5 });
  const amplitude = (cycles: number) => {
    let [real, imaginary] = [0, 0];
    for (let j = 0; j < length; j++) {
      real += weights[j] * Math.cos(2 * Math.PI * cycles * (j - 80.3));
      imaginary += weights[j] * Math.sin(2 * Math.PI * cycles * (j - 80.3));
    }
    return Math.hypot(real, imaginary);
  };
  assert.ok(Math.abs(amplitude(0.18) - 1) < 1e-3);
  assert.ok(amplitude(0.32) < 1e-3);
});

Deno.test("interpolateAxis() continues a constant beyond its ends and keeps its level", () => {
  const { weights } = interpolateAxis(5, [-0.5, 0.3, 4.4]);
  for (let i = 0; i < 3; i++) {
    const sum = weights.subarray(5 * i, 5 * i + 5).reduce((total, w) => total + w, 0);
    assert.ok(Math.abs(sum - 1) < 1e-12);
  }
  assert.deepEqual([...interpolateAxis(1, [0, 0.7]).weights], [1, 1]);
});

Deno.test("interpolateVolume() does the same in any order of the axes and shifts each by its own", () => {
  const size = [20, 24, 28] as const;
  const blob = (z: number, y: number, x: number) =>
    Math.exp(-((z - 9.4) ** 2 / 8 + (y - 12.1) ** 2 / 6 + (x - 13.8) ** 2 / 10));
  const data = new Float64Array(20 * 24 * 28);
  for (let i = 0; i < data.length; i++) {
    data[i] = blob(Math.floor(i / 672), Math.floor(i / 28) % 24, i % 28);
  }
  const shifted = interpolateVolume(data, size, {
    z: interpolateAxis(20, shiftedPositions(20, 0.3)),
    y: interpolateAxis(24, [11.75]),
    x: interpolateAxis(28, shiftedPositions(28, -0.6)),
  });
  assert.equal(shifted.length, 20 * 28);
  for (let z = 3; z < 17; z++) {
    for (let x = 3; x < 25; x++) {
      const error = shifted[z * 28 + x] - blob(z + 0.3, 11.75, x - 0.6);
      assert.ok(Math.abs(error) < 1e-3, `z ${z}, x ${x}: ${error}`);
    }
  }
});

Deno.test("interpolateVolume() refuses weights of another length", () => {
  const axis = interpolateAxis(4, [1]);
  assert.throws(
    () => interpolateVolume(new Float64Array(48), [3, 4, 4], { z: axis, y: axis, x: axis }),
    /Weights for 4 x 4 x 4 do not fit 4 x 4 x 3/,
  );
});

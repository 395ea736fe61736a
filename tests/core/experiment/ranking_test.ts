import assert from "node:assert/strict";
import type { EvaluationRow } from "../../../core/evaluate.ts";
import { rankSetUps } from "../../../core/experiment/ranking.ts";

const setUps = ["dct", "gabor"].flatMap((init) =>
  [1, 2, 3, 4, 5, 6].map((count) => ({
    name: `${init} ${count}`,
    factors: { init, count: `${count}` },
  }))
);

/** dct n has 20 + n dB, gabor n has 30 + n dB, on the mean of two stacks. */
function rowsOf({ name, factors }: typeof setUps[number]): EvaluationRow[] {
  const value = Number(factors.count) + (factors.init === "dct" ? 20 : 30);
  return [-1, 1].map((offset) => {
    const psnr = value + offset;
    const metrics = { psnr, cpsnr: psnr + 1, isnr: 1, cisnr: NaN, snr: 2, nrmse: 0.5, ssim: 0.9 };
    return { stack: `${offset}`, psf: "p", sigma: 0.01, method: name, metrics, seconds: 1 };
  });
}

Deno.test("rankSetUps() shows the best and the worst five, and the means of every factor", () => {
  const [ranking, factors] = rankSetUps(setUps.flatMap(rowsOf), setUps);
  assert.deepEqual(ranking.rows.map((row) => row.slice(0, 3)), [
    [1, "gabor 6", 36],
    [2, "gabor 5", 35],
    [3, "gabor 4", 34],
    [4, "gabor 3", 33],
    [5, "gabor 2", 32],
    [8, "dct 5", 25],
    [9, "dct 4", 24],
    [10, "dct 3", 23],
    [11, "dct 2", 22],
    [12, "dct 1", 21],
  ]);
  const means = new Map(factors.rows.map(([factor, value, n, psnr]) => [
    `${factor} ${value}`,
    [n, psnr],
  ]));
  assert.deepEqual(means.get("init gabor"), [6, 33.5]);
  assert.deepEqual(means.get("count 1"), [2, 26]);
});

Deno.test("rankSetUps() leaves out what was not measured, and lists few only once", () => {
  const few = setUps.slice(0, 3);
  const [ranking, factors] = rankSetUps(few.flatMap(rowsOf), setUps);
  assert.deepEqual(ranking.rows.map((row) => row[1]), ["dct 3", "dct 2", "dct 1"]);
  assert.equal(factors.rows.find(([factor]) => factor === "init")![2], 3);
});

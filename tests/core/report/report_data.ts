import { measureRestoration } from "../../../core/loss/metrics.ts";
import { createRandom } from "../../../core/random.ts";
import type { ReportData, ReportExample } from "../../../core/report/page.ts";
import { createRaster } from "../../../core/report/raster.ts";
import { createVolume, type Shape } from "../../../core/volume.ts";

/** Text that breaks a page which does not escape it. */
export const NASTY = `<script>alert("1")</script> & 'q'`;

function createExample(name: string, shape: Shape): ReportExample {
  const random = createRandom(1, shape[3]);
  const voxelSizeUm = { x: 0.1, y: 0.1, z: 0.2 };
  const target = createVolume(shape, undefined, voxelSizeUm);
  const noisy = (sigma: number) => {
    const data = target.data.map((value) => value + sigma * random.normal());
    return createVolume(shape, data, voxelSizeUm);
  };
  for (let i = 0; i < target.data.length; i++) target.data[i] = random.uniform() ** 4;
  const [degraded, restored] = [noisy(0.1), noisy(0.05)];
  const psfSize = [3, 5, 5] as const;
  const measure = (stack: typeof target) =>
    measureRestoration({ restored: stack, observed: degraded, target, psfSize });
  const metrics = { degraded: measure(degraded), restored: measure(restored) };
  return { name, degraded, restored, target, psfSize, metrics };
}

/** A report with every section: a 3D stack, one of two channels, an image; names that need care. */
export function createReportData(): ReportData {
  const random = createRandom(2);
  const bank = (shape: readonly [number, number, number, number, number]) => ({
    shape,
    kernels: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, random.normal),
    alpha: -5,
  });
  return {
    title: NASTY,
    created: "2025-03-01T12:34:56Z",
    summary: [[NASTY, NASTY], ["Command", "train ".repeat(30)], ["Path", "long/".repeat(60)]],
    history: [
      { epoch: 1, trainLoss: -25, learningRate: 1e-3 },
      { epoch: 2, trainLoss: -28, psnr: 30, cpsnr: 29, isnr: 3, cisnr: 4, learningRate: 1e-3 },
      { epoch: 3, trainLoss: -29, psnr: 31, cpsnr: 30, isnr: 4, cisnr: 5, learningRate: 5e-4 },
    ],
    stages: [
      bank([15, 2, 3, 5, 5]),
      { ...bank([4, 1, 1, 3, 3]), kind: "residual" },
      { ...bank([4, 1, 1, 3, 3]), alpha: undefined, factor: [1, 4, 5], kind: "coarse" },
    ],
    examples: [
      createExample(NASTY, [1, 8, 40, 48]),
      createExample("two channels", [2, 5, 30, 30]),
      createExample("image", [1, 1, 24, 32]),
    ],
    tables: [{
      title: NASTY,
      columns: [
        { key: "method", title: "Method" },
        { key: "isnr_db", title: "ISNR", unit: "dB", kind: "number", best: "highest" },
      ],
      rows: [["TWB", 3.84], ["RIF", NaN], [NASTY, 11.5], ["naive", -20]],
      notes: [NASTY],
    }],
    pictures: [{ title: NASTY, caption: NASTY, picture: createRaster(30, 20, [9, 9, 200]) }],
  };
}

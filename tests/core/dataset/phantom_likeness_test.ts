import assert from "node:assert/strict";
import { openDataset } from "../../../core/dataset/dataset.ts";
import { syntheticDataset } from "../../../core/dataset/synthetic_dataset.ts";
import type { Dataset } from "../../../core/dataset/dataset.ts";
import type { Volume } from "../../../core/volume.ts";

// M. Velliste and R. F. Murphy's confocal stacks of HeLa cells (ISBI 2002).
const HELA = new URL("../../../../shared/data/hela3d/val", import.meta.url);
const hasHela = (() => {
  try {
    return Deno.statSync(HELA).isDirectory;
  } catch {
    return false;
  }
})();

/** Bands of spatial frequency, in cycles per voxel; beyond them the HeLa stacks are noise. */
const BANDS = [[0, 0.02], [0.05, 0.07], [0.1, 0.12], [0.15, 0.17]] as const;

/** Mean power along x in each band, over every eighth row of the middle plane, in dB of the first. */
function fallOff({ data, shape: [, depth, height, width] }: Volume): number[] {
  const cosines = Float64Array.from({ length: width }, (_, i) => Math.cos(2 * Math.PI * i / width));
  const window = cosines.map((_, x) => 0.5 - 0.5 * Math.cos(2 * Math.PI * (x + 0.5) / width));
  const quarter = width / 4;
  const powers = BANDS.map(([from, to]) => {
    let sum = 0;
    const [first, last] = [Math.ceil(from * width), Math.floor(to * width)];
    for (let y = 0; y < height; y += 8) {
      const row = (Math.floor(depth / 2) * height + y) * width;
      for (let k = first; k <= last; k++) {
        let re = 0;
        let im = 0;
        for (let x = 0, turn = 0; x < width; x++, turn = (turn + k) % width) {
          const v = window[x] * data[row + x];
          re += v * cosines[turn];
          im += v * cosines[(turn + quarter) % width];
        }
        sum += (re * re + im * im) / (last - first + 1);
      }
    }
    return sum;
  });
  return powers.map((power) => 10 * Math.log10(power / powers[0]));
}

/** Means over the scenes: the spectrum's fall-off, the part of voxels below 1 % of the peak. */
async function describe(dataset: Dataset): Promise<{ bands: number[]; dark: number }> {
  const bands = BANDS.map(() => 0);
  let dark = 0;
  for (const item of dataset.items) {
    const volume = await item.load();
    fallOff(volume).forEach((dB, i) => bands[i] += dB / dataset.items.length);
    let count = 0;
    for (const v of volume.data) if (v < 0.01) count++;
    dark += count / volume.data.length / dataset.items.length;
  }
  return { bands, dark };
}

Deno.test({
  name: "syntheticDataset() is as dark as HeLa cells within 15 % and its spectrum falls off as " +
    `theirs within 5 dB${hasHela ? "" : " (skipped: no shared data)"}`,
  ignore: !hasHela,
  async fn() {
    const real = await describe(await openDataset(HELA.pathname, { cacheBytes: 0 }));
    const synthetic = await describe(
      syntheticDataset({ count: 4, shape: [1, 16, 512, 512], seed: 1, cacheBytes: 0 }),
    );
    const text = JSON.stringify({ real, synthetic });
    assert.ok(Math.abs(synthetic.dark - real.dark) < 0.15, text);
    real.bands.forEach((dB, i) => assert.ok(Math.abs(synthetic.bands[i] - dB) < 5, text));
  },
});

import assert from "node:assert/strict";
import { createCpuEngine } from "../../../core/compute/cpu/cpu_engine.ts";
import type { Engine } from "../../../core/compute/engine.ts";
import { gridFor } from "../../../core/compute/grid.ts";
import { createReferenceEngine } from "../../../core/compute/reference/reference_engine.ts";
import { addNoiseTo, blurScene } from "../../../core/degrade/degrade.ts";
import { degradeVolume } from "../../../core/degrade/degrade_volume.ts";
import { createTransfer } from "../../../core/psf/transfer.ts";
import { channelOf, createVolume, type Size, voxelsOf } from "../../../core/volume.ts";
import { assertClose } from "../../support/assert_close.ts";
import { blob, blobPsf, normals } from "../../support/pattern.ts";

async function onEngine(test: (engine: Engine) => Promise<void>): Promise<void> {
  const engine = await createCpuEngine({ threads: 2 });
  try {
    await test(engine);
  } finally {
    engine.close();
  }
}

/** (k * x)(u) = sum_v k(v) x(u + centre - v) with zeros beyond x, by its definition. */
function convolve(
  scene: ArrayLike<number>,
  size: Size,
  { psf, psfSize }: { psf: ArrayLike<number>; psfSize: Size },
): Float64Array {
  const at = (i: number, [, height, width]: Size) => [
    Math.floor(i / height / width),
    Math.floor(i / width) % height,
    i % width,
  ];
  return Float64Array.from({ length: voxelsOf(size) }, (_, i) => {
    const u = at(i, size);
    let sum = 0;
    for (let k = 0; k < psf.length; k++) {
      const v = at(k, psfSize);
      const [z, y, x] = u.map((value, axis) => value + (psfSize[axis] >> 1) - v[axis]);
      if ([z, y, x].some((value, axis) => value < 0 || value >= size[axis])) continue;
      sum += psf[k] * scene[(z * size[1] + y) * size[2] + x];
    }
    return sum;
  });
}

const noNoise = { sigma: 0, seed: 1 };

for (
  const [size, psfSize] of [
    [[4, 7, 9], [3, 3, 5]],
    [[3, 8, 6], [4, 4, 2]],
    [[1, 12, 11], [1, 5, 4]],
    [[2, 3, 4], [5, 7, 9]],
  ] as readonly (readonly [Size, Size])[]
) {
  const name = [size, psfSize].map((s) => s.toReversed().join("x")).join(" by ");
  Deno.test(`degradeVolume() convolves ${name} with zeros beyond the borders, no wrap`, () =>
    onEngine(async (engine) => {
      const scene = createVolume([1, ...size], Float32Array.from(normals(voxelsOf(size), 1)));
      // Without any symmetry: a flipped or shifted PSF would show.
      const values = normals(voxelsOf(psfSize), 2).map(Math.abs);
      const psf = createVolume([1, ...psfSize], Float32Array.from(values));
      const { data } = await degradeVolume(scene, { engine, psf, noise: noNoise });
      assertClose(data, convolve(scene.data, size, { psf: psf.data, psfSize }), 2e-6);
    }));
}

Deno.test("blurScene() of a crop sees its real neighbours: it is the blurred scene's crop", async () => {
  const [region, psfSize, crop, offset]: Size[] = [[6, 11, 12], [3, 5, 5], [4, 7, 8], [1, 2, 2]];
  const engine = createReferenceEngine();
  const psf = blob(psfSize);
  const grid = gridFor(crop, psfSize);
  const scene = normals(voxelsOf(region), 3);
  const [field, output] = [engine.createField(region), engine.createField(crop)];
  engine.write(field, scene);
  blurScene(field, output, {
    engine,
    transfer: createTransfer(engine, { psf, psfSize, grid }),
    planes: engine.createPlanes(grid, region[0]),
    blurred: engine.createPlanes(grid, crop[0]),
    offset,
  });
  const whole = convolve(scene, region, { psf, psfSize });
  const expected = Float64Array.from({ length: voxelsOf(crop) }, (_, i) => {
    const [z, y, x] = [Math.floor(i / 56), Math.floor(i / 8) % 7, i % 8];
    return whole[((z + 1) * 11 + y + 2) * 12 + x + 2];
  });
  assertClose(engine.readExactly(output), expected, 1e-12);
  await Promise.resolve();
});

Deno.test("degradeVolume() keeps the light of what lies inside", () =>
  onEngine(async (engine) => {
    const scene = createVolume([1, 9, 30, 30]);
    scene.data[(4 * 30 + 15) * 30 + 14] = 3;
    const psf = blobPsf([5, 7, 7]);
    const { data } = await degradeVolume(scene, { engine, psf, noise: noNoise });
    assert.ok(Math.abs(data.reduce((a, b) => a + b) - 3) < 1e-5);
  }));

Deno.test("degradeVolume() blurs every channel by its own PSF, or all by one", () =>
  onEngine(async (engine) => {
    const shape = [2, 3, 8, 8] as const;
    const scene = createVolume(shape, Float32Array.from(normals(384, 4)));
    const psf = createVolume([2, 3, 3, 3]);
    channelOf(psf, 0).set(blob([3, 3, 3], 0.6));
    channelOf(psf, 1).set(blob([3, 3, 3], 1.4));
    const both = await degradeVolume(scene, { engine, psf, noise: noNoise });
    for (const c of [0, 1]) {
      const one = createVolume([1, 3, 3, 3], channelOf(psf, c));
      const all = await degradeVolume(scene, { engine, psf: one, noise: noNoise });
      assert.deepEqual(channelOf(both, c), channelOf(all, c));
    }
  }));

function moments(values: ArrayLike<number>): { mean: number; variance: number } {
  const array = Array.from(values);
  const mean = array.reduce((a, b) => a + b) / array.length;
  return { mean, variance: array.reduce((sum, v) => sum + (v - mean) ** 2, 0) / array.length };
}

Deno.test("Gaussian noise has the sigma asked for, and is another for every seed, stack, channel", () =>
  onEngine(async (engine) => {
    const flat = createVolume([2, 1, 100, 100]);
    const psf = blobPsf([1, 3, 3]);
    const draw = async (noise: { seed: number; label?: number; sublabel?: number }) =>
      (await degradeVolume(flat, { engine, psf, noise: { sigma: 0.03, ...noise } })).data;
    const first = await draw({ seed: 5 });
    const { mean, variance } = moments(first);
    // 20000 values: standard errors 0.7 % of sigma and 1 % of the variance.
    assert.ok(Math.abs(mean) < 0.03 * 0.03, `mean ${mean}`);
    assert.ok(Math.abs(variance / 9e-4 - 1) < 0.04, `variance ${variance}`);
    assert.deepEqual(await draw({ seed: 5 }), first);
    const others = [
      await draw({ seed: 6 }),
      await draw({ seed: 5, label: 1 }),
      await draw({ seed: 5, sublabel: 1 }),
      Float32Array.of(...first.subarray(10000), ...first.subarray(0, 10000)),
    ];
    for (const other of others) {
      const products = first.map((value, i) => value * other[i] / 9e-4);
      assert.ok(Math.abs(moments(products).mean) < 0.03, "two draws are correlated");
    }
  }));

for (const photons of [4, 400]) {
  Deno.test(`Poisson noise of ${photons} photons at the peak has the scene's mean and variance`, async () => {
    const engine = createReferenceEngine();
    const field = engine.createField([1, 200, 200]);
    for (const level of [1, 0.25]) {
      engine.write(field, new Float64Array(40000).fill(level));
      await addNoiseTo(field, engine, { sigma: 0, photons, seed: 3 });
      const values = engine.readExactly(field);
      const { mean, variance } = moments(values);
      // Standard errors: sqrt(level / photons / 40000) and about 0.8 % of the variance.
      assert.ok(Math.abs(mean - level) < 4 * Math.sqrt(level / photons / 40000), `mean ${mean}`);
      assert.ok(Math.abs(variance / (level / photons) - 1) < 0.04, `variance ${variance}`);
      const isCount = (v: number) => Math.abs(v * photons - Math.round(v * photons)) < 1e-3;
      assert.ok(values.every(isCount), "not a number of photons");
    }
    engine.close();
  });
}

Deno.test("Poisson and Gaussian noise add up, and seeds repeat", async () => {
  const engine = createReferenceEngine();
  const field = engine.createField([1, 200, 200]);
  const draw = async (seed: number) => {
    engine.write(field, new Float64Array(40000).fill(0.5));
    await addNoiseTo(field, engine, { sigma: 0.1, photons: 100, seed });
    return engine.readExactly(field).slice();
  };
  const first = await draw(1);
  assert.ok(Math.abs(moments(first).variance / (0.5 / 100 + 0.01) - 1) < 0.04);
  assert.deepEqual(await draw(1), first);
  assert.notDeepEqual(await draw(2), first);
  engine.close();
});

Deno.test("without noise and with a PSF of one voxel the scene comes back", () =>
  onEngine(async (engine) => {
    const scene = createVolume([1, 3, 7, 8], Float32Array.from(normals(168, 6)));
    const psf = createVolume([1, 1, 1, 1], Float32Array.of(1));
    assertClose(
      (await degradeVolume(scene, { engine, psf, noise: noNoise })).data,
      scene.data,
      1e-6,
    );
  }));

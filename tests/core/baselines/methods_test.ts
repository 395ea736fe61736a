// What holds for every classical method.
import assert from "node:assert/strict";
import { BASELINES, findBaseline } from "../../../core/baselines/baselines.ts";
import type { BaselineMethod, Boundary } from "../../../core/baselines/method.ts";
import { createCpuEngine } from "../../../core/compute/cpu/cpu_engine.ts";
import type { Engine } from "../../../core/compute/engine.ts";
import { createReferenceEngine } from "../../../core/compute/reference/reference_engine.ts";
import { createWebgpuEngine } from "../../../core/compute/webgpu/webgpu_engine.ts";
import { CancelledError, InputError } from "../../../core/errors.ts";
import { channelOf, createVolume, type Size, type Volume } from "../../../core/volume.ts";
import { assertClose } from "../../support/assert_close.ts";
import { ADAPTER, NO_ADAPTER } from "../../support/webgpu_adapter.ts";
import { observe, oddPsf, smallScene } from "./plain.ts";

const SIZE: Size = [4, 11, 12];
const PSF_SIZE: Size = [3, 3, 4];

/** A parameter that is typical, and few iterations. */
function settingOf(method: BaselineMethod): { parameter: number; iterations?: number } {
  if (method.parameter.name === "iterations") return { parameter: 4 };
  const { default: parameter } = method.parameter;
  return { parameter, iterations: method.iterations === undefined ? undefined : 4 };
}

/** Those that take one step after the other; the steps of Tikhonov-Miller are summed up. */
const ITERATIVE = ["ictm", "total-variation", "ista-haar", "fista-haar", "fista-spline"]
  .concat(["richardson-lucy", "accelerated-richardson-lucy", "richardson-lucy-tv"])
  .map(findBaseline);

function prepare(size: Size = SIZE, psfSize: Size = PSF_SIZE) {
  const psf = oddPsf(psfSize);
  const scene = smallScene(size);
  return { psf, scene, observed: observe(scene, psf, 0.01) };
}

/** Two channels of one size. */
function join(a: Volume, b: Volume): Volume {
  const [, ...size] = a.shape;
  const joined = createVolume([2, ...size], undefined, { x: 0.1, y: 0.1, z: 0.3 });
  channelOf(joined, 0).set(a.data);
  channelOf(joined, 1).set(b.data);
  return joined;
}

const GEOMETRIES: readonly (readonly [string, Size, Size])[] = [
  ["3D", SIZE, PSF_SIZE],
  ["2D", [1, 13, 14], [1, 4, 5]],
];

const fastEngines: readonly (readonly [string, () => Promise<Engine>, boolean])[] = [
  ["cpu", () => createCpuEngine({ threads: 2 }), false],
  [`webgpu${NO_ADAPTER}`, () => createWebgpuEngine(), !ADAPTER],
];

for (const [engineName, start, ignore] of fastEngines) {
  for (const [name, size, psfSize] of GEOMETRIES) {
    Deno.test({
      name: `${engineName}: every method and boundary agrees with the reference engine, ${name}`,
      ignore,
      async fn() {
        const { psf, observed } = prepare(size, psfSize);
        const engine = await start();
        const reference = createReferenceEngine();
        try {
          for (const method of BASELINES) {
            for (const boundary of method.boundaries.filter((b) => b !== "periodic")) {
              const input = { observed, psf, boundary, ...settingOf(method) };
              const actual = await method.restore(engine, input);
              const expected = await method.restore(reference, input);
              // The naive inverse amplifies rounding by up to 1 / sqrt(floor).
              const tolerance = method.name === "inverse" ? 1e-3 : 1e-4;
              assertClose(actual.data, expected.data, tolerance, `${method.name} ${boundary}:`);
            }
          }
        } finally {
          engine.close();
          reference.close();
        }
      },
    });
  }
}

for (const method of BASELINES) {
  Deno.test(`${method.name} restores channels on their own and frees what it took`, async () => {
    const { psf, observed } = prepare();
    const other = observe(smallScene(SIZE, 2), psf, 0.01);
    const engine = await createCpuEngine({ threads: 1 });
    const setting = settingOf(method);
    const single = await method.restore(engine, { observed: other, psf, ...setting });
    const { bytes } = engine.memory;
    const joined = join(observed, other);
    const seen: number[][] = [];
    const both = await method.restore(engine, {
      observed: joined,
      psf: join(psf, psf),
      ...setting,
      onIteration: (i, n) => seen.push([i, n]),
    });
    assert.deepEqual(both.shape, joined.shape);
    assert.deepEqual(both.voxelSizeUm, joined.voxelSizeUm);
    assert.deepEqual(channelOf(both, 1), single.data);
    assert.ok(both.data.every(Number.isFinite));
    if (ITERATIVE.includes(method)) {
      assert.deepEqual(seen.at(-1), [8, 8]);
      assert.equal(seen.length, 8);
    }
    assert.equal(engine.memory.bytes, bytes);
    engine.close();
  });

  Deno.test(`${method.name}: a series is what its parameters give one by one`, async () => {
    const { psf, observed } = prepare();
    const engine = await createCpuEngine({ threads: 1 });
    const { values } = method.parameter;
    const parameters = [values.at(-1)!, values[0]].map((value) =>
      method.parameter.name === "iterations" ? Math.min(value, 6) : value
    );
    const input = { observed, psf, iterations: 3 };
    const series = await method.restoreSeries(engine, { ...input, parameters });
    for (const [index, parameter] of parameters.entries()) {
      const { data } = await method.restore(engine, { ...input, parameter });
      assert.deepEqual(series[index].data, data);
    }
    engine.close();
  });

  if (method.name === "inverse") continue;
  Deno.test(`${method.name} comes nearer to the scene with a value of its grid`, async () => {
    const { psf, scene, observed } = prepare([5, 18, 20], [3, 5, 5]);
    const engine = await createCpuEngine({ threads: 1 });
    const series = await method.restoreSeries(engine, {
      observed,
      psf,
      parameters: method.parameter.values,
    });
    engine.close();
    const error = ({ data }: Volume) =>
      data.reduce((sum, value, i) => sum + (value - scene.data[i]) ** 2, 0);
    const share = Math.min(...series.map(error)) / error(observed);
    assert.ok(share < 0.9, `the error is ${share} of the observed stack's`);
  });
}

Deno.test("every method's grid is ascending and holds its default", () => {
  assert.equal(new Set(BASELINES.map(({ name }) => name)).size, BASELINES.length);
  for (const { name, parameter: { values, default: usual } } of BASELINES) {
    assert.ok(values.every((value, i) => i === 0 || value > values[i - 1]), name);
    assert.ok(values.includes(usual), `${name}: ${usual} is not among ${values}`);
  }
});

Deno.test("a restoration that is stopped throws CancelledError and frees what it took", async () => {
  const { psf, observed } = prepare();
  const engine = await createCpuEngine({ threads: 1 });
  for (const method of ITERATIVE) {
    await method.restore(engine, { observed, psf, ...settingOf(method) });
    const { bytes } = engine.memory;
    const controller = new AbortController();
    await assert.rejects(
      method.restore(engine, {
        observed,
        psf,
        ...settingOf(method),
        signal: controller.signal,
        onIteration: (i) => i === 2 && controller.abort(),
      }),
      CancelledError,
      method.name,
    );
    assert.equal(engine.memory.bytes, bytes, method.name);
  }
  engine.close();
});

Deno.test("findBaseline() takes a boundary behind the name", async () => {
  const { psf, observed } = prepare();
  const engine = await createCpuEngine({ threads: 1 });
  const method = findBaseline("ictm@replicate-taper");
  assert.equal(method.name, "ictm@replicate-taper");
  assert.equal(method.label, "Constrained Tikhonov-Miller (taper)");
  const input = { observed, psf, parameter: 0.01, iterations: 3 };
  const expected = await findBaseline("ictm").restore(engine, {
    ...input,
    boundary: "replicate-taper",
  });
  assert.deepEqual((await method.restore(engine, input)).data, expected.data);
  const [series] = await method.restoreSeries(engine, { ...input, parameters: [0.01] });
  assert.deepEqual(series.data, expected.data);
  engine.close();
  assert.throws(
    () => findBaseline("rif@field-of-view"),
    /rif has no boundary "field-of-view"; write rif@replicate-taper or rif@periodic/,
  );
  assert.throws(() => findBaseline("magic@periodic"), InputError);
});

const bad: readonly (readonly [string, string, object, RegExp])[] = [
  ["a negative lambda", "rif", { parameter: -1 }, /lambda of rif is -1; it has to be above 0/],
  ["a lambda that is NaN", "ictm", { parameter: NaN }, /lambda of ictm is NaN/],
  ["half an iteration", "richardson-lucy", { parameter: 2.5 }, /2.5; .* whole number above 0/],
  ["no iterations", "total-variation", { iterations: 0 }, /iterations is 0; give a whole number/],
  [
    "a boundary that a filter does not know",
    "rif",
    { boundary: "field-of-view" },
    /rif has no boundary "field-of-view"; use replicate-taper or periodic/,
  ],
  [
    "periodic sizes without a transform",
    "rif",
    { boundary: "periodic" },
    /12 x 11 x 4 cannot be restored .* 11 is no product of 2, 3, 5 and 7; use "replicate-taper"/,
  ],
  ["a PSF that sums to 2", "rif", { psf: scaled(oddPsf(PSF_SIZE), 2) }, /channel 1 sums to 2.000/],
  ["NaN", "rif", { observed: withNaN() }, /The stack has 1 voxel that is NaN/],
  [
    "a PSF of too many channels",
    "rif",
    { psf: join(oddPsf(PSF_SIZE), oddPsf(PSF_SIZE)) },
    /PSF has 2 channels and the stack has 1/,
  ],
];

function scaled(volume: Volume, factor: number): Volume {
  return createVolume(volume.shape, volume.data.map((value) => factor * value));
}

function withNaN(): Volume {
  const { observed } = prepare();
  return createVolume(observed.shape, observed.data.with(7, NaN));
}

for (const [what, name, change, message] of bad) {
  Deno.test(`${name} refuses ${what}`, async () => {
    const { psf, observed } = prepare();
    const engine = createReferenceEngine();
    const method = findBaseline(name);
    const parameter = method.parameter.default;
    await assert.rejects(
      method.restore(engine, { observed, psf, parameter, ...change }),
      (error: Error) => {
        assert.ok(error instanceof InputError);
        assert.match(error.message, message);
        assert.ok(!error.message.includes("\n"));
        return true;
      },
    );
    engine.close();
  });
}

Deno.test("a PSF larger than a periodic stack is refused", async () => {
  const { observed } = prepare([2, 8, 8], [3, 3, 3]);
  const engine = createReferenceEngine();
  const boundary: Boundary = "periodic";
  await assert.rejects(
    findBaseline("rif").restore(engine, {
      observed,
      psf: oddPsf([3, 3, 3]),
      parameter: 0.1,
      boundary,
    }),
    /the PSF of 3 x 3 x 3 is larger/,
  );
  engine.close();
});

/**
 * Real 3D transforms, forward and back, against FFTW; and how they scale with threads.
 *
 * @module
 */
import { createCpuEngine } from "../../core/compute/cpu/cpu_engine.ts";
import type { Engine } from "../../core/compute/engine.ts";
import { formatSize, type Size, voxelsOf } from "../../core/volume.ts";
import { assertClose } from "../support/assert_close.ts";
import { normals } from "../support/pattern.ts";
import { type BenchRow, formatMs, printBench } from "./support/bench_table.ts";
import { buildFftwPeer, FftwPeer } from "./support/fftw.ts";
import { cpuTimed, leastOf, timed } from "./support/measure.ts";

interface Case {
  readonly size: Size;
  readonly grid: Size;
  readonly rounds: number;
  readonly atMost?: number;
  readonly scalingAtLeast?: number;
}

const CASES: readonly Case[] = [
  { size: [32, 576, 576], grid: [32, 576, 576], rounds: 40, atMost: 1.6, scalingAtLeast: 1.6 },
  { size: [17, 512, 512], grid: [30, 540, 540], rounds: 20 },
  { size: [64, 256, 256], grid: [64, 256, 256], rounds: 20 },
  { size: [1, 1024, 1024], grid: [1, 1024, 1024], rounds: 40 },
];

/** Ours on one geometry. */
function createTransforms(engine: Engine, { size, grid }: Case) {
  const field = engine.createField(size);
  const planes = engine.createPlanes(grid, size[0]);
  const spectrum = engine.createSpectrum(grid);
  return {
    field,
    spectrum,
    forward() {
      engine.forwardLateral(field, planes, "zero");
      engine.forwardAxial(planes, spectrum, "zero");
    },
    inverse() {
      engine.inverseAxial(spectrum, planes);
      engine.inverseLateral(planes, field);
    },
    free: () => engine.free(field, planes, spectrum),
  };
}

/** `data` in the corner of the grid, zeros elsewhere. */
function padded(data: Float32Array, size: Size, grid: Size): Float32Array<ArrayBuffer> {
  const result = new Float32Array(voxelsOf(grid));
  for (let row = 0; row < size[0] * size[1]; row++) {
    const [z, y] = [Math.floor(row / size[1]), row % size[1]];
    const from = data.subarray(row * size[2], (row + 1) * size[2]);
    result.set(from, (z * grid[1] + y) * grid[2]);
  }
  return result;
}

async function measureCase(
  geometry: Case,
  engines: { readonly one: Engine; readonly two: Engine },
  program: string | undefined,
): Promise<readonly BenchRow[]> {
  const { size, grid, rounds, atMost, scalingAtLeast } = geometry;
  const data = Float32Array.from(normals(voxelsOf(size), 1));
  const peer = program ? new FftwPeer(program, grid, 1) : undefined;
  const one = createTransforms(engines.one, geometry);
  const two = createTransforms(engines.two, geometry);
  const expected = await peer?.transform(padded(data, size, grid));
  for (const [engine, ours] of [[engines.one, one], [engines.two, two]] as const) {
    engine.write(ours.field, data);
    ours.forward();
    if (expected) {
      assertClose(await engine.readSpectrum(ours.spectrum), expected, 2e-6, "against FFTW:");
    }
    ours.inverse();
    assertClose(await engine.read(ours.field), data, 2e-6, "forward and back:");
  }
  const round = (ours: typeof one) => () => {
    ours.forward();
    ours.inverse();
  };
  const least = await leastOf({
    cpu: () => cpuTimed(round(one)),
    fftw: peer && (async () => (await peer.time()).cpuMs),
    one: () => timed(round(one)),
    two: () => timed(round(two)),
  }, rounds);
  await peer?.close();
  one.free();
  two.free();
  const name = size.join() === grid.join()
    ? formatSize(grid)
    : `${formatSize(size)} on ${formatSize(grid)}`;
  return [{
    what: `${name}, one thread, against FFTW`,
    ours: formatMs(least.cpu)!,
    peer: formatMs(least.fftw),
    ratio: least.fftw && least.cpu / least.fftw,
    atMost,
  }, {
    what: `${name}, two threads: times faster than one`,
    ours: formatMs(least.two)!,
    ratio: least.one / least.two,
    atLeast: scalingAtLeast,
  }];
}

/** All sizes, one after the other. */
async function run(): Promise<void> {
  const folder = await Deno.makeTempDir();
  const engines = {
    one: await createCpuEngine({ threads: 1 }),
    two: await createCpuEngine({ threads: 2 }),
  };
  try {
    const program = await buildFftwPeer(folder);
    const rows: BenchRow[] = [];
    for (const geometry of CASES) rows.push(...await measureCase(geometry, engines, program));
    printBench({
      title: "Real Fourier transform, forward and back (sizes as x, y, z)",
      rows,
      notes: [
        "FFTW: single precision, measured plan, one thread, out of place. The least of many rounds " +
        "that take turns; CPU time against FFTW, time passed for two threads against one. " +
        "Validated against FFTW's spectrum before.",
      ],
    });
  } finally {
    engines.one.close();
    engines.two.close();
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) await run();

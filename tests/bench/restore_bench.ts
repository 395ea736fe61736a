/**
 * Restoring a 512 x 512 x 17 stack with one block, against FFTW's two transforms alone on the same
 * grid, and against the time that DeconvolutionLab2's regularized inverse filter took.
 *
 * @module
 */
import { createCpuEngine } from "../../core/compute/cpu/cpu_engine.ts";
import type { Engine } from "../../core/compute/engine.ts";
import { gridFor } from "../../core/compute/grid.ts";
import { createReferenceEngine } from "../../core/compute/reference/reference_engine.ts";
import { createPsf } from "../../core/psf/create_psf.ts";
import { createRestorer } from "../../core/restore.ts";
import { formatSize, type Size, voxelsOf } from "../../core/volume.ts";
import { assertClose } from "../support/assert_close.ts";
import { learnedStage, modelOf } from "../support/stage.ts";
import { normals } from "../support/pattern.ts";
import { type BenchRow, formatMs, printBench } from "./support/bench_table.ts";
import { buildFftwPeer, FftwPeer } from "./support/fftw.ts";
import { cpuTimed, leastOf, timed } from "./support/measure.ts";

const SIZE: Size = [17, 512, 512];
const SMALL: Size = [7, 40, 36];
const PSF_SIZE: Size = [13, 27, 27];
const ROUNDS = 30;
/** ../shared/design/peers.md: two cores, the same size. */
const DECONVOLUTION_LAB_MS = 1800;

const psf = createPsf(
  { model: "gibson-lanni", wavelengthsNm: [450], numericalAperture: 1.4 },
  { size: PSF_SIZE, voxelSizeNm: { x: 98, y: 98, z: 203 } },
);
const model = modelOf(learnedStage({ kernelSize: [3, 5, 5], kernelCount: 15 }));
const options = { channel: 0, sigma: 0 };

function imageOf(size: Size): Float32Array {
  return Float32Array.from(normals(voxelsOf(size), 1), Math.abs);
}

async function restoreOnce(engine: Engine, size: Size): Promise<Float32Array> {
  const restorer = createRestorer(engine, { model, psf, size });
  const restored = await restorer.restore(imageOf(size), options);
  restorer.close();
  return restored;
}

async function run(): Promise<void> {
  const folder = await Deno.makeTempDir();
  const reference = createReferenceEngine();
  const one = await createCpuEngine({ threads: 1 });
  const two = await createCpuEngine({ threads: 2 });
  const grid = gridFor(SIZE, PSF_SIZE);
  const image = imageOf(SIZE);
  const program = await buildFftwPeer(folder);
  const fftwOne = program ? new FftwPeer(program, grid, 1) : undefined;
  const fftwTwo = program ? new FftwPeer(program, grid, 2) : undefined;
  try {
    const expected = await restoreOnce(reference, SMALL);
    for (const engine of [one, two]) {
      assertClose(await restoreOnce(engine, SMALL), expected, 1e-4, "against the reference:");
    }
    const restorers = [one, two].map((engine) =>
      createRestorer(engine, { model, psf, size: SIZE })
    );
    const create = () => createRestorer(two, { model, psf, size: SIZE });
    const least = await leastOf({
      one: () => cpuTimed(() => restorers[0].restore(image, options)),
      fftwOne: fftwOne && (async () => (await fftwOne.time()).cpuMs),
      two: () => timed(() => restorers[1].restore(image, options)),
      fftwTwo: fftwTwo && (async () => (await fftwTwo.time()).wallMs),
      created: () =>
        timed(async () => {
          const restorer = create();
          await restorer.restore(image, options);
          restorer.close();
        }),
    }, ROUNDS);
    const ratio = (ours: number, peer: number | undefined) => peer && ours / peer;
    const rows: BenchRow[] = [{
      what: "one thread, against FFTW's two transforms on one",
      ours: formatMs(least.one)!,
      peer: formatMs(least.fftwOne),
      ratio: ratio(least.one, least.fftwOne),
      atMost: 2,
    }, {
      what: "two threads, against FFTW's two transforms on two",
      ours: formatMs(least.two)!,
      peer: formatMs(least.fftwTwo),
      ratio: ratio(least.two, least.fftwTwo),
      atMost: 2,
    }, {
      what: "PSF and model included: times faster than DeconvolutionLab2's RIF",
      ours: formatMs(least.created)!,
      peer: formatMs(DECONVOLUTION_LAB_MS),
      ratio: DECONVOLUTION_LAB_MS / least.created,
      atLeast: 5,
    }];
    printBench({
      title: `Restoring ${formatSize(SIZE)}, 15 kernels 5 x 5 x 3, grid ${formatSize(grid)}`,
      rows,
      notes: [
        "FFTW: single precision, measured plan, one transform forward and one back of the whole " +
        "grid, nothing else. CPU time on one thread, time passed on two. DeconvolutionLab2 was " +
        "timed on another machine of two cores. Validated against the reference engine before.",
      ],
    });
  } finally {
    await fftwOne?.close();
    await fftwTwo?.close();
    one.close();
    two.close();
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) await run();

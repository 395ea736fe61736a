/**
 * The classical methods on a stack of 256 x 256 x 17: time and memory of one restoration at the
 * method's default parameter, beside one block's. Validated before by the tests of core/baselines:
 * every method against its plain version in sums over voxels and against the reference engine, and
 * its objective.
 *
 * @module
 */
import { BASELINES } from "../../core/baselines/baselines.ts";
import { createCpuEngine } from "../../core/compute/cpu/cpu_engine.ts";
import type { Engine } from "../../core/compute/engine.ts";
import { createPhantom } from "../../core/dataset/phantom.ts";
import { degradeVolume } from "../../core/degrade/degrade_volume.ts";
import { meterEngine } from "../../core/engine_meter.ts";
import { modelMethod } from "../../core/evaluate.ts";
import { psnr } from "../../core/loss/metrics.ts";
import { createPsf } from "../../core/psf/create_psf.ts";
import type { Cell } from "../../core/report/cell.ts";
import { formatTable, type TableFormat } from "../../core/report/table.ts";
import { formatSize, type Shape, type Volume } from "../../core/volume.ts";
import { learnedStage, modelOf } from "../support/stage.ts";
import { leastOf, timed } from "./support/measure.ts";

const SHAPE: Shape = [1, 17, 256, 256];
const SIGMA = 0.01;
const ROUNDS = 2;

const psf = createPsf(
  { model: "gibson-lanni", wavelengthsNm: [450], numericalAperture: 1.4 },
  { size: [13, 27, 27], voxelSizeNm: { x: 98, y: 98, z: 203 } },
);

/** Something to time: a restoration on an engine, and the iterations that it took. */
interface Contestant {
  readonly label: string;
  readonly parameter?: number;
  restore(engine: Engine, onIteration: (iteration: number) => void): Promise<Volume>;
}

function createContestants(observed: Volume, engine: Engine): readonly Contestant[] {
  const model = modelOf(learnedStage({ kernelSize: [3, 5, 5], kernelCount: 15 }));
  const block = modelMethod("TWB", model, engine);
  return [
    {
      label: "TWB, 15 kernels 5x5x3, not trained",
      restore: (engine) => block.restore(observed, { psf, sigma: SIGMA, engine }),
    },
    ...BASELINES.map((method): Contestant => ({
      label: method.label,
      parameter: method.parameter.default,
      restore: (engine, onIteration) =>
        method.restore(engine, {
          observed,
          psf,
          parameter: method.parameter.default,
          onIteration,
        }),
    })),
  ];
}

/** Fails the bench where a method is not what it says. */
async function validate(): Promise<void> {
  const folder = new URL("../core/baselines/", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--quiet", folder],
  }).output();
  if (success) return;
  const decoder = new TextDecoder();
  console.error(decoder.decode(stdout) + decoder.decode(stderr));
  throw new Error("The tests of core/baselines fail: nothing is timed");
}

async function run(): Promise<void> {
  await validate();
  const engine = await createCpuEngine({ threads: 2 });
  try {
    const target = createPhantom({ shape: SHAPE, seed: 1 });
    const noise = { sigma: SIGMA, seed: 1 };
    const observed = await degradeVolume(target, { engine, psf, noise });
    const meter = meterEngine(engine);
    const contestants = createContestants(observed, engine);
    const facts = new Map<string, { memory: number; iterations?: number; psnr: number }>();
    for (const { label, restore } of contestants) {
      meter.start();
      let iterations: number | undefined;
      const restored = await restore(meter.engine, (iteration) => iterations = iteration);
      const memory = meter.peakBytes + restored.data.byteLength;
      facts.set(label, { memory, iterations, psnr: psnr(restored, target) });
    }
    const least = await leastOf(
      Object.fromEntries(contestants.map(({ label, restore }) => [
        label,
        () => timed(() => restore(engine, () => {})),
      ])),
      ROUNDS,
    );
    const block = least[contestants[0].label];
    const rows = contestants.map(({ label, parameter }): Cell[] => {
      const { memory, iterations, psnr } = facts.get(label)!;
      const ms = least[label];
      return [label, parameter, iterations, ms / 1000, ms / block, memory / 1e6, psnr];
    });
    const index = Deno.args.indexOf("--format");
    const format = index < 0 ? "text" : Deno.args[index + 1] as TableFormat;
    console.log(formatTable({
      title: `Restoring ${formatSize(SHAPE)}, PSF 27 x 27 x 13, ${engine.description}`,
      columns: [
        { key: "method", title: "Method" },
        {
          key: "parameter",
          title: "parameter",
          kind: "number",
          digits: 3,
          notation: "significant",
        },
        { key: "iterations", title: "iterations", kind: "number", digits: 0 },
        { key: "seconds", title: "time", unit: "s", kind: "number", digits: 3 },
        { key: "ratio", title: "times TWB", kind: "number", digits: 1 },
        { key: "memory_mb", title: "memory", unit: "MB", kind: "number", digits: 0 },
        { key: "psnr_db", title: "PSNR", unit: "dB", kind: "number", digits: 2 },
      ],
      rows,
      notes: [
        `the least of ${ROUNDS} times, taken in turns, transfer functions and all that belongs to ` +
        "a first call included; memory: the most that was held at a time on the engine, and the " +
        `result; a synthetic cell with ${SIGMA * 100} % noise (input ` +
        `${psnr(observed, target).toFixed(2)} dB), parameters not tuned for it`,
      ],
    }, format));
  } finally {
    engine.close();
  }
}

if (import.meta.main) await run();

/**
 * What the hand-over costs: a stack of 512 x 512 x 32 x 3 restored by the Fiji plugin in a real
 * ImageJ, against `deconvolveStack` on the same voxels in memory, in a process of its own with the
 * same engine; and how long the plugin takes until its first progress. Both take turns.
 *
 *     deno run -A tests/bench/fiji_bench.ts
 *
 * Needs ImageJ, a JDK and Xvfb; see tests/support/imagej.ts.
 *
 * @module
 */
import { createEngine } from "../../core/compute/choose_engine.ts";
import { deconvolveStack } from "../../core/deconvolve.ts";
import { createMemoryReader } from "../../core/io/memory_stack.ts";
import { loadPsf } from "../../core/psf/load_psf.ts";
import { defaultModel } from "../../plugin/default_models.ts";
import {
  createImageJFolder,
  openScreen,
  runMacro,
  type Screen,
  whyNoImageJ,
} from "../support/imagej.ts";
import { formatMs, printBench } from "./support/bench_table.ts";
import { leastOf, timed } from "./support/measure.ts";

const SHAPE = [3, 32, 512, 512] as const;
const PSF = "hela3d/psf1";
const ROUNDS = 4;
/** In an ImageJ that has just started Java is still slow; users meet the second run most often. */
const RUNS_A_ROUND = 2;

const MACRO = `
  newImage("stack", "32-bit composite-mode", 512, 512, 3, 32, 1);
  setVoxelSize(0.098, 0.098, 0.203, "micron");
  run("Macro...", "code=v=(x*7919+y*104729+z*31)%1000 stack");
  for (i = 0; i < ${RUNS_A_ROUND}; i++) {
    selectWindow("stack");
    run("Trainable Wiener Deconvolve", "psf=file psf_file=${PSF} backend=cpu");
    getStatistics(area, mean);
    print("mean", mean);
    close();
  }
`;

/** Milliseconds of restoring the stack in memory, alone in a process. */
async function restoreAlone(): Promise<number> {
  const script = new URL(import.meta.url).pathname;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, "--alone"],
    stderr: "inherit",
  }).output();
  return Number(new TextDecoder().decode(stdout));
}

async function runAlone(): Promise<void> {
  const info = { shape: SHAPE, frames: 1, pixelType: "float32", metadata: {} } as const;
  const data = new Float32Array(3 * 32 * 512 * 512);
  for (let i = 0; i < data.length; i++) {
    data[i] = (i % 512 * 7919 + (i >> 9) % 512 * 104729 + i / 262144 * 31) % 1000;
  }
  const reader = createMemoryReader(info, data);
  const { psf } = await loadPsf(PSF);
  const engine = await createEngine({ backend: "cpu" });
  const model = defaultModel(SHAPE[1]);
  const writer = { info, writeRegion() {}, close() {}, abort() {} };
  const restore = () => timed(() => deconvolveStack(reader, writer, { engine, model, psf }));
  const times: number[] = [];
  for (let run = 0; run < RUNS_A_ROUND; run++) times.push(await restore());
  console.log(Math.min(...times));
  engine.close();
}

async function bench(): Promise<void> {
  const missing = whyNoImageJ();
  if (missing) {
    console.log(`fiji: skipped, ${missing}`);
    return;
  }
  const folder = await createImageJFolder();
  const screen: Screen = await openScreen();
  let start = Infinity;
  try {
    const plugin = async () => {
      const { stdout, stderr } = await runMacro(MACRO, {
        display: screen.display,
        folder,
        heap: "2g",
      });
      const times = [...stdout.matchAll(/([\d.]+) s to start, ([\d.]+) s to restore/g)];
      if (times.length !== RUNS_A_ROUND) throw new Error(`The plugin failed: ${stderr}${stdout}`);
      start = Math.min(start, ...times.map(([, seconds]) => 1000 * Number(seconds)));
      return Math.min(...times.map(([, , seconds]) => 1000 * Number(seconds)));
    };
    const times = await leastOf({ plugin, alone: restoreAlone }, ROUNDS);
    printBench({
      title: "Fiji plugin, 512 x 512 x 32, 3 channels, on the CPU",
      rows: [
        {
          what: "restore, hand-over included; peer: deconvolveStack in memory",
          ours: formatMs(times.plugin)!,
          peer: formatMs(times.alone),
          ratio: times.plugin / times.alone,
          atMost: 1.15,
        },
        { what: "start to first progress", ours: formatMs(start)!, ratio: start / 1000, atMost: 1 },
      ],
      notes: [`The least of ${ROUNDS} rounds; 100 MB go each way.`],
    });
  } finally {
    await screen.close();
    Deno.removeSync(folder, { recursive: true });
  }
}

if (import.meta.main) await (Deno.args.includes("--alone") ? runAlone() : bench());

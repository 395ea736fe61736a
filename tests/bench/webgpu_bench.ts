/**
 * The WebGPU engine: right first, then transforms, a restoration and a training step, against the CPU
 * engine and, on a GPU, against PyTorch on CUDA in the same run. On a software adapter small sizes are
 * validated, and the times say nothing.
 *
 * @module
 */
import { createCpuEngine } from "../../core/compute/cpu/cpu_engine.ts";
import type { Engine } from "../../core/compute/engine.ts";
import { gridFor } from "../../core/compute/grid.ts";
import { requestAdapter } from "../../core/compute/webgpu/device.ts";
import { createWebgpuEngine } from "../../core/compute/webgpu/webgpu_engine.ts";
import { formatSize, type Size, voxelsOf } from "../../core/volume.ts";
import { assertClose } from "../support/assert_close.ts";
import { normals } from "../support/pattern.ts";
import { type BenchRow, formatMs, printBench } from "./support/bench_table.ts";
import { leastOf } from "./support/measure.ts";
import { TorchPeer } from "./support/torch_peer.ts";
import { createRestoration, createTrainingStep, createTransforms } from "./support/webgpu_work.ts";

interface Plan {
  readonly transforms: readonly Size[];
  readonly restoration: { readonly channels: number; readonly size: Size; readonly psf: Size };
  readonly training: { readonly crop: Size; readonly psf: Size };
  readonly rounds: number;
  /** Runs of one round: what starting and answering cost is shared by them. */
  readonly repeats: number;
}

const GPU: Plan = {
  transforms: [[32, 512, 512], [32, 576, 576], [45, 540, 540], [64, 256, 256], [1, 2048, 2048]],
  restoration: { channels: 3, size: [32, 512, 512], psf: [13, 27, 27] },
  training: { crop: [16, 256, 256], psf: [13, 27, 27] },
  rounds: 10,
  repeats: 10,
};
const SOFTWARE: Plan = {
  transforms: [[8, 48, 50], [1, 105, 128]],
  restoration: { channels: 3, size: [6, 40, 44], psf: [3, 7, 7] },
  training: { crop: [4, 24, 24], psf: [3, 7, 7] },
  rounds: 2,
  repeats: 1,
};
const KERNELS = { kernels: 15, kernel_size: [3, 5, 5] };

interface Bench {
  readonly plan: Plan;
  readonly webgpu: Engine;
  readonly cpu: Engine;
  readonly peer: TorchPeer | undefined;
}

/** Milliseconds of one of `repeats` runs: the engine works while the next ones are issued. */
function roundOf(engine: Engine, run: () => unknown, repeats: number) {
  const token = engine.createField([1, 1, 1]);
  return async () => {
    const begin = performance.now();
    for (let i = 0; i < repeats; i++) await run();
    await engine.read(token);
    return (performance.now() - begin) / repeats;
  };
}

async function measureTransforms(grid: Size, bench: Bench): Promise<readonly BenchRow[]> {
  const { webgpu, cpu, peer, plan: { rounds, repeats } } = bench;
  const data = Float32Array.from(normals(voxelsOf(grid), 1));
  const [ours, theirs] = [webgpu, cpu].map((engine) => createTransforms(engine, grid, data));
  assertClose(await ours.spectrum(), await theirs.spectrum(), 2e-6, "spectrum:");
  assertClose(await ours.result(), data, 2e-6, "forward and back:");
  const least = await leastOf({
    webgpu: roundOf(webgpu, ours.run, repeats),
    cpu: roundOf(cpu, theirs.run, 1),
  }, rounds);
  const torch = await peer?.time("transforms", { grid }, rounds);
  const perSecond = (2000 / least.webgpu).toFixed(0);
  const row = {
    what: `${formatSize(grid)} forward and back, ${perSecond} transforms/s`,
    ours: formatMs(least.webgpu)!,
  };
  ours.free();
  theirs.free();
  return [
    { ...row, peer: formatMs(least.cpu) + " CPU", ratio: least.webgpu / least.cpu },
    ...(torch ? [{ ...row, peer: formatMs(torch) + " cuFFT", ratio: least.webgpu / torch }] : []),
  ];
}

async function measureRestoration(bench: Bench): Promise<readonly BenchRow[]> {
  const { webgpu, cpu, peer, plan: { restoration, rounds, repeats } } = bench;
  const { channels, size, psf } = restoration;
  const [ours, theirs] = [webgpu, cpu].map((engine) => createRestoration(engine, restoration));
  assertClose(await ours.result(), await theirs.result(), 1e-4, "restored:");
  const least = await leastOf({
    device: roundOf(webgpu, ours.run, repeats),
    copied: roundOf(webgpu, ours.result, 1),
    cpu: roundOf(cpu, theirs.run, 1),
  }, rounds);
  const grid = gridFor(size, psf);
  const bandwidth = await measureBandwidth(bench);
  const achieved = ours.bytes / (least.device * 1e6);
  const what = `restore ${channels} x ${formatSize(size)} on ${formatSize(grid)}`;
  const rows: BenchRow[] = [
    {
      what: `${what}: ${achieved.toPrecision(2)} GB/s, a copy ${bandwidth.toPrecision(2)}`,
      ours: formatMs(least.device)!,
      peer: formatMs(least.cpu) + " CPU",
      ratio: least.device / least.cpu,
    },
    { what: `${what}, copied to the device and back`, ours: formatMs(least.copied)! },
  ];
  if (peer) {
    const fft = channels * await peer.time("transforms", { grid }, rounds);
    const torch = await peer.time("restoration", { grid, channels }, rounds);
    const row = { what, ours: formatMs(least.device)! };
    rows.push({
      ...row,
      peer: formatMs(fft) + " cuFFT alone",
      ratio: least.device / fft,
      atMost: 3,
    });
    rows.push({ ...row, peer: formatMs(torch) + " PyTorch", ratio: least.device / torch });
  }
  ours.free();
  theirs.free();
  return rows;
}

/** GB/s of reading and writing a large field. */
async function measureBandwidth({ webgpu, plan: { rounds, repeats } }: Bench): Promise<number> {
  const size: Size = [16, 512, repeats > 1 ? 4096 : 64];
  const [from, to] = [webgpu.createField(size), webgpu.createField(size)];
  const round = roundOf(webgpu, () => webgpu.combine(to, [[2, from]]), repeats);
  const { copy } = await leastOf({ copy: round }, rounds);
  webgpu.free(from, to);
  return 2 * 4 * voxelsOf(size) / (copy * 1e6);
}

async function measureTraining(bench: Bench): Promise<readonly BenchRow[]> {
  const { webgpu, cpu, peer, plan: { training, rounds, repeats } } = bench;
  const [ours, theirs] = [webgpu, cpu].map((engine) => createTrainingStep(engine, training));
  for (let step = 0; step < 3; step++) {
    const [a, b] = [await ours.run(), await theirs.run()];
    if (!(Math.abs(a - b) <= 1e-3)) throw new Error(`Step ${step}: ${a} dB, on the CPU ${b} dB`);
  }
  const least = await leastOf({
    webgpu: roundOf(webgpu, ours.run, repeats),
    cpu: roundOf(cpu, theirs.run, 1),
  }, rounds);
  const grid = gridFor(training.crop, training.psf);
  const what = `training step, ${formatSize(training.crop)}, 15 kernels: times faster`;
  const rows: BenchRow[] = [{
    what,
    ours: formatMs(least.webgpu)!,
    peer: formatMs(least.cpu) + " CPU",
    ratio: least.cpu / least.webgpu,
  }];
  if (peer) {
    const torch = await peer.time("training", { grid, crop: training.crop, ...KERNELS }, rounds);
    rows.push({
      what,
      ours: formatMs(least.webgpu)!,
      peer: formatMs(torch) + " PyTorch",
      ratio: torch / least.webgpu,
      atLeast: 5,
    });
  }
  ours.free();
  theirs.free();
  return rows;
}

async function run(): Promise<void> {
  const adapter = await requestAdapter();
  if (!adapter) {
    console.error("There is no WebGPU adapter: nothing to measure");
    return;
  }
  const plan = adapter.kind === "gpu" ? GPU : SOFTWARE;
  const peer = adapter.kind === "gpu" ? await TorchPeer.start() : "the adapter is software";
  const bench: Bench = {
    plan,
    webgpu: await createWebgpuEngine(),
    cpu: await createCpuEngine(),
    peer: typeof peer === "string" ? undefined : peer,
  };
  try {
    const rows: BenchRow[] = [];
    for (const grid of plan.transforms) rows.push(...await measureTransforms(grid, bench));
    rows.push(...await measureRestoration(bench), ...await measureTraining(bench));
    printBench({
      title: `WebGPU on ${adapter.name} (sizes as x, y, z)`,
      rows,
      notes: [
        `CPU: ${bench.cpu.description}. Validated against it before. The least of many rounds.`,
        typeof peer === "string" ? `Not compared with PyTorch: ${peer}.` : `Peer: ${peer.name}.`,
      ],
    });
  } finally {
    bench.webgpu.close();
    bench.cpu.close();
    await bench.peer?.close();
  }
}

if (import.meta.main) await run();

/**
 * The shrunk responses of a cascade's kernels against onnxruntime's convolutions on the same
 * shapes, and what their gradients cost.
 *
 * @module
 */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { createCpuEngine } from "../../core/compute/cpu/cpu_engine.ts";
import type { Engine, ShrinkageKernels } from "../../core/compute/engine.ts";
import { GAIN_COUNT, KNEES } from "../../core/compute/gain.ts";
import { encodeGraph } from "../../core/onnx/encode_graph.ts";
import { emitGained, type GraphGain } from "../../core/onnx/gain_graph.ts";
import { array, createGraph, emit, nameOutput, type Value } from "../../core/onnx/graph.ts";
import { formatSize, type Size, voxelsOf } from "../../core/volume.ts";
import { assertClose } from "../support/assert_close.ts";
import { normals } from "../support/pattern.ts";
import { type BenchRow, formatMs, printBench } from "./support/bench_table.ts";
import { cpuTimed, leastOf, timed } from "./support/measure.ts";

interface Case {
  readonly size: Size;
  readonly grid: Size;
  readonly kernel: Size;
  readonly count: number;
  readonly rounds: number;
}

const CASES: readonly Case[] = [
  { size: [17, 512, 512], grid: [30, 540, 540], kernel: [3, 5, 5], count: 15, rounds: 8 },
  { size: [1, 512, 512], grid: [1, 540, 540], kernel: [1, 5, 5], count: 24, rounds: 60 },
];

/** What was promised. */
const AT_MOST = 1.5;

/** The two ways back from the responses to the image. */
const WAYS_BACK = ["Conv", "ConvTranspose"] as const;

function bankOf({ kernel, count }: Case): ShrinkageKernels {
  return {
    kernelSize: kernel,
    kernels: normals(count * voxelsOf(kernel), 1).map((value) => value / 8),
    gains: normals(count * GAIN_COUNT, 4).map((value) => value / 2),
    thresholds: new Float64Array(count).map((_, d) => 0.3 + d / 20),
  };
}

/** `Conv` to the responses, their gains in the fewest steps, and the way back. */
function writeGraph(options: Case, back: typeof WAYS_BACK[number]): Uint8Array {
  const { size, kernel, count } = options;
  const bank = bankOf(options);
  const { kernels } = bank;
  // Planes are images in two dimensions: a third of length 1 would only slow the peer down.
  const axes = (lengths: Size) => lengths.slice(size[0] === 1 ? 1 : 0);
  const graph = createGraph();
  const image: Value = { kind: "tensor", name: "image" };
  const pads = axes(kernel).map((n) => n >> 1);
  const attributes = { kernel_shape: axes(kernel), pads: [...pads, ...pads] };
  const weights = array(kernels, [count, 1, ...axes(kernel)]);
  const taps = voxelsOf(kernel);
  const mirrored = kernels.map((_, i) => kernels[i - i % taps + taps - 1 - i % taps]);
  const r = emit(graph, "Conv", [image, weights], attributes);
  const z = emitGained(graph, r, gainOf(bank, [1, count, ...axes(size).map(() => 1)]));
  const q = back === "ConvTranspose"
    ? emit(graph, "ConvTranspose", [z, weights], attributes)
    : emit(graph, "Conv", [z, array(mirrored, [1, count, ...axes(kernel)])], attributes);
  nameOutput(graph, q, "sum");
  const shape = [1, 1, ...axes(size)];
  const description = "";
  return encodeGraph(graph, {
    name: "responses",
    description,
    inputs: [{ name: "image", type: "float32", shape, description }],
    outputs: [{ name: "sum", type: "float32", shape, description }],
    metadata: [],
  });
}

/** The gain as a graph takes it, its numbers in this shape. */
function gainOf({ gains, thresholds }: ShrinkageKernels, shape: readonly number[]): GraphGain {
  const listed = (valueAt: (d: number) => number) =>
    array(Float64Array.from(thresholds, (_, d) => valueAt(d)), shape);
  const gainAt = (d: number, k: number) => gains[d * GAIN_COUNT + k];
  return {
    most: listed((d) => gainAt(d, 0) + KNEES.reduce((sum, _, k) => sum + gainAt(d, 1 + k), 0)),
    steps: KNEES.map((knee, k) => ({
      place: listed((d) => knee * thresholds[d] ** 2),
      drop: listed((d) => gainAt(d, 1 + k) * knee * thresholds[d] ** 2),
    })),
  };
}

/** Ours; the image is in the corner of a grid whose other voxels are 0, as the peer's padding is. */
function createOurs(engine: Engine, options: Case, image: Float32Array) {
  const { size, grid } = options;
  const stack = engine.createField(size);
  const estimate = engine.createField(grid);
  const gradient = engine.createField(grid);
  const output = engine.createField(size);
  engine.write(stack, image);
  engine.write(estimate, new Float32Array(voxelsOf(grid)));
  engine.copy(estimate, stack);
  engine.write(gradient, Float32Array.from(normals(voxelsOf(grid), 3)));
  const kernels = bankOf(options);
  return {
    respond() {
      engine.shrinkResponses(estimate, stack, kernels);
    },
    differentiate: () =>
      engine.shrinkResponsesGradient(estimate, gradient, { gradient, size, kernels }),
    read: () => engine.read(stack),
    free: () => engine.free(stack, estimate, gradient, output),
  };
}

async function measureCase(options: Case, threads: number): Promise<readonly BenchRow[]> {
  const { size, kernel, count, rounds } = options;
  const image = Float32Array.from(normals(voxelsOf(size), 2));
  const engine = await createCpuEngine({ threads });
  const ours = createOurs(engine, options, image);
  const shape = [1, 1, ...size.slice(size[0] === 1 ? 1 : 0)];
  const feeds = { image: new Tensor("float32", image, shape) };
  const [conv, transpose] = await Promise.all(
    WAYS_BACK.map((back) =>
      InferenceSession.create(writeGraph(options, back), { intraOpNumThreads: threads })
    ),
  );
  ours.respond();
  const result = await ours.read();
  for (const session of [conv, transpose]) {
    const { sum } = await session.run(feeds);
    assertClose(result, sum.data as Float32Array, 1e-5, `${formatSize(size)}:`);
  }
  // One thread: CPU time leaves out the waiting for a core. Two: what a user waits for.
  const clock = threads === 1 ? cpuTimed : timed;
  const least = await leastOf({
    respond: () => clock(ours.respond),
    conv: () => clock(() => conv.run(feeds)),
    transpose: () => clock(() => transpose.run(feeds)),
    differentiate: () => clock(ours.differentiate),
  }, rounds);
  for (const session of [conv, transpose]) await session.release();
  ours.free();
  engine.close();
  const peer = Math.min(least.conv, least.transpose);
  const what = `${formatSize(size)}, ${count} kernels ${formatSize(kernel)}, ` +
    `${threads} thread${threads === 1 ? "" : "s"}`;
  const macs = voxelsOf(size) * voxelsOf(kernel) * count;
  const rate = (ms: number, products: number) =>
    `${(products * macs / ms / 1e6).toFixed(1)} GMAC/s`;
  return [{
    what: `${what}: responses, shrunk, and back`,
    ours: `${formatMs(least.respond)} (${rate(least.respond, 2)})`,
    peer: `${formatMs(peer)} (${rate(peer, 2)})`,
    ratio: least.respond / peer,
    atMost: AT_MOST,
  }, {
    what: `${what}: all gradients`,
    ours: `${formatMs(least.differentiate)} (${rate(least.differentiate, 5)})`,
  }];
}

/** All cases, one after the other. */
async function run(): Promise<void> {
  const rows: BenchRow[] = [];
  for (const options of CASES) {
    for (const threads of [1, 2]) rows.push(...await measureCase(options, threads));
  }
  printBench({
    title: "Kernels' responses against onnxruntime's convolutions (sizes as x, y, z)",
    rows,
    notes: [
      "Peer: onnxruntime's Conv, the same gain pointwise, and Conv with mirrored kernels or " +
      "ConvTranspose, whichever is faster; as many threads. The least of many rounds that take " +
      "turns; CPU time for one thread, time passed for two. The results agree within 1e-5.",
    ],
  });
}

if (import.meta.main) await run();

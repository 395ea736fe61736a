/**
 * The trained model as an ONNX graph on onnxruntime against our CPU engine, on the same cores.
 *
 * @module
 */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { createCpuEngine } from "../../core/compute/cpu/cpu_engine.ts";
import { type OnnxTarget, writeOnnx } from "../../core/onnx/write_onnx.ts";
import { createRestorer } from "../../core/restore.ts";
import { formatSize, type Shape, sizeOf } from "../../core/volume.ts";
import { createBlur, createImage, createModel } from "../core/onnx/onnx_case.ts";
import { assertClose } from "../support/assert_close.ts";
import { type BenchRow, formatMs, printBench } from "./support/bench_table.ts";
import { leastOf, timed } from "./support/measure.ts";

interface Case {
  readonly image: Shape;
  readonly psf: Shape;
  readonly rounds: number;
  /** Times our engine. */
  readonly atMost?: Record<OnnxTarget["kind"], number>;
}

const CASES: readonly Case[] = [
  { image: [1, 32, 512, 512], psf: [1, 13, 27, 27], rounds: 12, atMost: { baked: 3, general: 8 } },
  { image: [1, 1, 2048, 2048], psf: [1, 1, 27, 27], rounds: 6 },
];

const THREADS = navigator.hardwareConcurrency;

async function measureCase(options: Case): Promise<readonly BenchRow[]> {
  const { rounds, atMost } = options;
  const kernelSize = [options.image[1] === 1 ? 1 : 3, 5, 5] as const;
  const model = createModel({ name: "bench", kernelSize });
  const image = createImage(options.image);
  const psf = createBlur(options.psf);
  const size = sizeOf(image.shape);
  const engine = await createCpuEngine({ threads: THREADS });
  const restorer = createRestorer(engine, { model, psf, size });
  const restore = () => restorer.restore(image.data, { channel: 0, sigma: 0 });
  const load = (target: OnnxTarget) =>
    InferenceSession.create(writeOnnx(model, target), { intraOpNumThreads: THREADS });
  const sessions = {
    baked: await load({ kind: "baked", psf, size }),
    general: await load({ kind: "general" }),
  };
  const input = new Tensor("float32", image.data, [1, ...image.shape]);
  const feeds = {
    baked: { image: input },
    general: { image: input, psf: new Tensor("float32", psf.data, psf.shape) },
  };
  const run = (kind: OnnxTarget["kind"]) => sessions[kind].run(feeds[kind]);
  const expected = await restore();
  for (const kind of ["baked", "general"] as const) {
    const { data } = (await run(kind)).restored;
    assertClose(data as Float32Array, expected, 1e-4, `${formatSize(size)}, ${kind}:`);
  }
  const least = await leastOf({
    engine: () => timed(restore),
    baked: () => timed(() => run("baked")),
    general: () => timed(() => run("general")),
  }, rounds);
  restorer.close();
  engine.close();
  for (const session of Object.values(sessions)) await session.release();
  return (["baked", "general"] as const).map((kind) => ({
    what: `${formatSize(size)}, PSF ${formatSize(options.psf)}, ${kind} graph`,
    ours: formatMs(least[kind])!,
    peer: formatMs(least.engine),
    ratio: least[kind] / least.engine,
    atMost: atMost?.[kind],
  }));
}

const rows: BenchRow[] = [];
for (const options of CASES) rows.push(...await measureCase(options));
printBench({
  title: "ONNX graphs on onnxruntime, against our CPU engine",
  rows,
  notes: [
    `${THREADS} threads each. "Ours" is the graph, "Peer" our own engine on the same cores; both ` +
    `restore one channel, and their results agree within 1e-4.`,
  ],
});

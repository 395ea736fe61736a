/**
 * The program behind the Fiji plugin: restores the image that its host has open. It is bundled into
 * the plugin's jar, reads and writes nothing but its three streams and the model and PSF files that
 * the host names, and ends when its input ends; `protocol.ts` says how the two talk.
 *
 * @module
 */
import { runOnEngine } from "../core/compute/choose_engine.ts";
import type { Engine } from "../core/compute/engine.ts";
import { deconvolveStack } from "../core/deconvolve.ts";
import { describeError, InputError } from "../core/errors.ts";
import { loadModel } from "../core/model/load_model.ts";
import { countModelParameters, type Model } from "../core/model/model.ts";
import { formatSize, voxelsOf } from "../core/volume.ts";
import { defaultModel } from "./default_models.ts";
import { type Job, readJob } from "./job.ts";
import { preparePsf } from "./job_psf.ts";
import { isBuiltIn } from "./model_names.ts";
import { Pipe } from "./pipe.ts";
import { createPipeReader, createPipeWriter } from "./pipe_stack.ts";
import { decodeJob, formatLine, type Line } from "./protocol.ts";

/** Part of the memory that is allowed which may go to keeping a frame of the image. */
const CACHE_PART = 0.5;

async function serve(): Promise<void> {
  const pipe = new Pipe({
    input: Deno.stdin,
    output: Deno.stdout,
    onHostGone: () => Deno.exit(3),
  });
  const job = readJob(decodeJob(await pipe.readHead()));
  pipe.greet();
  const model = chooseModel(job);
  say("model", `${job.model} (${describeModel(model)})`);
  say("status", "Computing the PSF");
  const { stages } = model;
  const { psf, description, warnings } = await preparePsf(job, { pipe, stages });
  say("psf", description);
  for (const warning of warnings) say("warning", warning);
  say("status", "Starting");
  const { info, memoryBytes, backend, threads } = job;
  const reader = createPipeReader(pipe, info, { cacheBytes: CACHE_PART * memoryBytes });
  const writer = createPipeWriter(pipe, info);
  let fallback = backend === "auto" ? "; no GPU was found" : "";
  const onNotice = (line: string) => {
    say("warning", line);
    fallback = `; ${line}`;
  };
  const { sigmas } = await runOnEngine({ backend, threads, onNotice }, (engine) => {
    say("backend", describeEngine(engine) + (engine.name === "cpu" ? fallback : ""));
    return deconvolveStack(reader, writer, {
      engine,
      model,
      psf,
      sigma: job.sigma,
      memoryBytes,
      onPlan: ({ tiles, size, bytes }) => {
        assertMemory(bytes + 4 * info.shape[0] * voxelsOf(info.shape), memoryBytes);
        const count = tiles.length * info.shape[0] * info.frames;
        say("tiles", `${tiles.length} tile(s) of ${formatSize(size)} per channel and frame`);
        say("progress", `0 ${count}`);
      },
      onTile: (done, total) => say("progress", `${done} ${total}`),
    });
  });
  if (sigmas.length > 0) say("noise", describeNoise(sigmas));
  const none = [0, 0, 0] as const;
  pipe.send({ kind: "end", frame: 0, channel: 0, start: none, end: none });
  await pipe.flush();
}

function chooseModel({ model, info }: Job): Model {
  return isBuiltIn(model) ? defaultModel(info.shape[1], model) : loadModel(model);
}

function describeEngine({ name, description }: Engine): string {
  return `${name}, ${description}`;
}

function describeModel(model: Model): string {
  const notice = model.training.dataNotice && `; ${model.training.dataNotice}`;
  return `trained on ${model.training.data}, ${countModelParameters(model)} parameters${notice}`;
}

function describeNoise(sigmas: readonly (readonly number[])[]): string {
  return sigmas.map((values) => values.map((value) => `${(100 * value).toFixed(2)} %`).join(", "))
    .join("; ");
}

/** The machine's free memory; a plan beyond it would only swap. */
function assertMemory(needed: number, allowed: number): void {
  const { available } = Deno.systemMemoryInfo();
  const needs = Math.min(needed, (1 + CACHE_PART) * allowed);
  if (needs <= available) return;
  const mb = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
  throw new InputError(
    `The work needs about ${mb(needs)} of memory and ${mb(available)} are free on this computer; ` +
      `close other programs, or give a smaller --memory`,
  );
}

function say(kind: Line["kind"], text: string): void {
  const bytes = new TextEncoder().encode(`${formatLine({ kind, text })}\n`);
  for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
}

if (import.meta.main) {
  try {
    await serve();
    Deno.exit(0);
  } catch (error) {
    // What is no matter of input is a fault of ours, and its stack helps to find it.
    if (!(error instanceof InputError)) console.error(error);
    say("error", describeError(error));
    Deno.exit(1);
  }
}

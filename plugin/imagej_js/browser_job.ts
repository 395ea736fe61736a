/**
 * A job from what the dialog says and what the stack is.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import type { StackInfo, StackReader } from "../../core/io/stack.ts";
import { openTiffBuffer } from "../../core/io/tiff_reader.ts";
import type { Model } from "../../core/model/model.ts";
import { channelOf, createVolume, sizeOf, type Volume } from "../../core/volume.ts";
import { type Job, readJob } from "../job.ts";
import { type PreparedPsf, preparePsf } from "../job_psf.ts";
import type { Pipe } from "../pipe.ts";
import { selectChannel } from "./channel_reader.ts";
import type { NamedBytes, RestoreRequest } from "./restore_messages.ts";
import type { RestoreListener } from "./restore_stack.ts";

/** What is to be done, on which voxels, and with which PSF. */
export interface BrowserJob {
  readonly job: Job;
  readonly model: Model;
  /** Of the channels that are restored. */
  readonly reader: StackReader;
  /** Of the result. */
  readonly info: StackInfo;
  readonly prepared: PreparedPsf;
}

/**
 * Checks the dialog's fields, and computes or reads the PSF.
 *
 * @throws {InputError} one line that says what is wrong.
 */
export async function readBrowserJob(
  source: StackReader,
  { fields, psf }: Pick<RestoreRequest, "fields" | "psf">,
  { openModel, memoryBytes, listener }: {
    openModel(depth: number): Model;
    /** What the backend can use at most. */
    readonly memoryBytes: number;
    readonly listener: RestoreListener;
  },
): Promise<BrowserJob> {
  const given = new Map(fields);
  const all = source.info.shape[0];
  const channel = readChannel(given.get("channel"), all);
  const reader = channel === undefined ? source : selectChannel(source, channel);
  const { info } = reader;
  const [channels, depth, height, width] = info.shape;
  for (
    const [name, value] of [
      ["width", width],
      ["height", height],
      ["planes", depth],
      ["channels", channels],
      ["frames", info.frames],
    ] as const
  ) given.set(name, String(value));
  given.set("model", "default");
  if (channel !== undefined) given.set("only-channel", `${channel + 1} of ${all}`);
  const voxel = given.get("voxel")?.trim();
  if (voxel) {
    // Typed in nanometres; what the image itself says is in the field from the start.
    given.set("voxel", voxel.split(/[\sx×,;]+/).join(" "));
    given.set("unit", "nm");
  } else given.delete("voxel");
  const volume = psf && await readPsfVolume(psf);
  if (volume) describePsf(given, volume, psf.name);
  const asked = readJob(given);
  const job = { ...asked, memoryBytes: Math.min(asked.memoryBytes, memoryBytes) };
  const model = openModel(depth);
  listener.line("status", "Preparing the PSF ...");
  // Of the pipe to a host, the PSF's voxels alone are asked for.
  const pipe = {
    request: ({ channel }: { channel: number }) => Promise.resolve(channelOf(volume!, channel)),
  } as unknown as Pipe;
  const prepared = await preparePsf(job, { pipe, stages: model.stages });
  const pixelType = given.get("type") === "same" ? info.pixelType : "float32";
  return {
    ...{ job, model, reader, prepared },
    info: { ...info, pixelType, voxelSizeUm: job.info.voxelSizeUm ?? info.voxelSizeUm },
  };
}

/** Undefined for all. */
function readChannel(text: string | undefined, channels: number): number | undefined {
  if (text === undefined || text === "all" || text === "") return undefined;
  const channel = Number(text);
  if (!Number.isInteger(channel) || channel < 1 || channel > channels) {
    throw new InputError(
      `Channel ${text} is asked for and the image has ${channels}; choose again`,
    );
  }
  return channels === 1 ? undefined : channel - 1;
}

/** The first frame of a PSF's TIFF. */
async function readPsfVolume({ bytes, name }: NamedBytes): Promise<Volume> {
  const reader = await openTiffBuffer(bytes, name);
  try {
    const { shape, voxelSizeUm } = reader.info;
    const volume = createVolume(shape, undefined, voxelSizeUm);
    for (let channel = 0; channel < shape[0]; channel++) {
      const region = { channel, start: [0, 0, 0], end: sizeOf(shape) } as const;
      channelOf(volume, channel).set(await reader.readRegion(region));
    }
    return volume;
  } finally {
    reader.close();
  }
}

function describePsf(
  given: Map<string, string>,
  { shape: [channels, depth, height, width], voxelSizeUm }: Volume,
  name: string,
): void {
  given.set("psf", "image");
  given.set("psf-image", name);
  given.set("psf-size", `${width} ${height} ${depth}`);
  given.set("psf-channels", String(channels));
  if (!voxelSizeUm) return;
  given.set("psf-voxel", `${voxelSizeUm.x} ${voxelSizeUm.y} ${voxelSizeUm.z}`);
  given.set("psf-unit", "micron");
}

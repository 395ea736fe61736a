/**
 * What the restorers on onnxruntime give a graph for one channel of one piece.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { Model } from "../model/model.ts";
import { type Size, type Volume, voxelsOf } from "../volume.ts";
import { ONNX_NAMES } from "./write_onnx.ts";

/** An input. */
export interface OnnxArray {
  readonly name: string;
  readonly data: Float32Array | BigInt64Array;
  readonly shape: readonly number[];
}

/** Stored tensors that the restorers make inputs, with `openInputs`. */
export const OPENED_INPUTS = [ONNX_NAMES.sigma, ONNX_NAMES.peak, ONNX_NAMES.channel] as const;

/** What a graph is for. */
export interface GraphUse {
  readonly model: Model;
  /** Of the pieces, `[z, y, x]`. */
  readonly size: Size;
  /** The names of `OPENED_INPUTS` that the graph has. */
  readonly opened: readonly string[];
  /** One channel, or as many as the stack has, each of sum 1; not for a baked graph. */
  readonly psf?: Volume;
  /** Of a baked graph. */
  readonly bakedChannels?: number;
}

/** One channel of a piece, on the scale of the peak. */
export interface ChannelPiece {
  readonly data: Float32Array;
  readonly channel: number;
  /** Of the noise as a part of the peak. */
  readonly sigma: number;
}

/**
 * How many channels a graph has to be given for one of them: all where each has its own kernels and
 * the graph cannot be told which one it is.
 */
export function countGraphChannels({ model, opened, bakedChannels }: GraphUse): number {
  if (bakedChannels !== undefined) return bakedChannels;
  return opened.includes(ONNX_NAMES.channel) ? 1 : model.channels;
}

/** The graph's inputs for one channel. */
export function inputsForChannel(use: GraphUse, piece: ChannelPiece): readonly OnnxArray[] {
  const { model, opened, psf } = use;
  const { channel, sigma } = piece;
  const single = (name: string, value: number) => ({
    name,
    data: Float32Array.of(value),
    shape: [1],
  });
  const inputs: OnnxArray[] = [{ name: ONNX_NAMES.image, ...placeChannel(use, piece) }];
  if (use.bakedChannels === undefined) inputs.push(pickPsf(psf!, channel));
  if (opened.includes(ONNX_NAMES.sigma)) inputs.push(single(ONNX_NAMES.sigma, sigma));
  if (opened.includes(ONNX_NAMES.peak)) inputs.push(single(ONNX_NAMES.peak, 1));
  if (opened.includes(ONNX_NAMES.channel)) {
    const place = BigInt64Array.of(BigInt(channel % model.channels));
    inputs.push({ name: ONNX_NAMES.channel, data: place, shape: [1] });
  }
  return inputs;
}

/** The channel of what the graph gives back. */
export function channelOfOutput(
  use: GraphUse,
  restored: Float32Array,
  channel: number,
): Float32Array {
  const channels = countGraphChannels(use);
  if (channels === 1) return restored;
  const voxels = voxelsOf(use.size);
  const place = channel % channels;
  return restored.slice(place * voxels, (place + 1) * voxels);
}

/** A stack of the graph's channels with one of them filled: channels do not mix. */
function placeChannel(
  use: GraphUse,
  { data, channel }: ChannelPiece,
): Omit<OnnxArray, "name"> {
  const { model, size, bakedChannels } = use;
  const channels = countGraphChannels(use);
  const shape = [1, channels, ...size];
  if (channels === 1) return { data, shape };
  if (channel >= channels) {
    const shared = model.channels === 1 ? "" : " and shared kernels";
    throw new InputError(
      bakedChannels === undefined
        ? `The model is for ${channels} channels and the stack has more; train one with shared kernels`
        : `The model was exported for ${channels} channels and the stack has more; export it with ` +
          `a PSF of one channel${shared}`,
    );
  }
  const stack = new Float32Array(channels * data.length);
  stack.set(data, channel * data.length);
  return { data: stack, shape };
}

function pickPsf(psf: Volume, channel: number): OnnxArray {
  const voxels = voxelsOf(psf.shape);
  const begin = (channel % psf.shape[0]) * voxels;
  return {
    name: ONNX_NAMES.psf,
    data: psf.data.slice(begin, begin + voxels),
    shape: [1, ...psf.shape.slice(1)],
  };
}

/**
 * The shaders, put together from their files.
 *
 * @module
 */
import addDivergence from "./shaders/add_divergence.wgsl" with { type: "text" };
import ascendDual from "./shaders/ascend_dual.wgsl" with { type: "text" };
import butterflies from "./shaders/butterflies.wgsl" with { type: "text" };
import columns from "./shaders/columns.wgsl" with { type: "text" };
import combine from "./shaders/combine.wgsl" with { type: "text" };
import correlateResponses from "./shaders/correlate_responses.wgsl" with { type: "text" };
import dft from "./shaders/dft.wgsl" with { type: "text" };
import elements from "./shaders/elements.wgsl" with { type: "text" };
import extend from "./shaders/extend.wgsl" with { type: "text" };
import filterColumns from "./shaders/filter_columns.wgsl" with { type: "text" };
import forwardColumns from "./shaders/forward_columns.wgsl" with { type: "text" };
import forwardRows from "./shaders/forward_rows.wgsl" with { type: "text" };
import gradientColumns from "./shaders/gradient_columns.wgsl" with { type: "text" };
import inverseColumns from "./shaders/inverse_columns.wgsl" with { type: "text" };
import inverseRows from "./shaders/inverse_rows.wgsl" with { type: "text" };
import lags from "./shaders/lags.wgsl" with { type: "text" };
import line from "./shaders/line.wgsl" with { type: "text" };
import moveBox from "./shaders/move_box.wgsl" with { type: "text" };
import operands from "./shaders/operands.wgsl" with { type: "text" };
import projectResponses from "./shaders/project_responses.wgsl" with { type: "text" };
import resample from "./shaders/resample.wgsl" with { type: "text" };
import respond from "./shaders/respond.wgsl" with { type: "text" };
import restrict from "./shaders/restrict.wgsl" with { type: "text" };
import shrinkGradient from "./shaders/shrink_gradient.wgsl" with { type: "text" };
import shrinkResponses from "./shaders/shrink_responses.wgsl" with { type: "text" };
import shrinkage from "./shaders/shrinkage.wgsl" with { type: "text" };
import shrinkageTile from "./shaders/shrinkage_tile.wgsl" with { type: "text" };
import sumParts from "./shaders/sum_parts.wgsl" with { type: "text" };
import totalVariation from "./shaders/total_variation.wgsl" with { type: "text" };
import voxels from "./shaders/voxels.wgsl" with { type: "text" };
import wavelet from "./shaders/wavelet.wgsl" with { type: "text" };
import wiener from "./shaders/wiener.wgsl" with { type: "text" };

/** How a shader uses a buffer. */
export type Access = "read" | "write";

/** An entry point and what it binds: number -> access. Binding 0 is the uniform. */
export interface Program {
  readonly parts: readonly string[];
  readonly entry: string;
  readonly bindings: Readonly<Record<number, Access>>;
}

const LINE = [line, dft, butterflies];
const TILE = [shrinkage, shrinkageTile];

/** Passes over lines: bindings from 3 on are their own. */
export const LINE_PASSES = {
  forwardRows: {
    parts: [...LINE, extend, forwardRows],
    entry: "forward_rows",
    bindings: { 1: "read", 3: "read", 4: "write" },
  },
  inverseRows: {
    parts: [...LINE, restrict, inverseRows],
    entry: "inverse_rows",
    bindings: { 1: "read", 3: "read", 4: "write" },
  },
  forwardColumns: {
    parts: [...LINE, extend, columns, forwardColumns],
    entry: "forward_columns",
    bindings: { 1: "read", 3: "read", 4: "write" },
  },
  inverseColumns: {
    parts: [...LINE, restrict, columns, inverseColumns],
    entry: "inverse_columns",
    bindings: { 1: "read", 3: "read", 4: "write" },
  },
  filterColumns: {
    parts: [...LINE, extend, restrict, columns, operands, wiener, filterColumns],
    entry: "filter_columns",
    bindings: { 1: "read", 3: "read", 4: "write", 5: "read", 6: "read", 7: "read" },
  },
  gradientColumns: {
    parts: [...LINE, extend, operands, wiener, gradientColumns],
    entry: "gradient_columns",
    bindings: { 1: "read", 3: "read", 4: "read", 5: "read", 6: "read", 7: "write" },
  },
} as const satisfies Record<string, Program>;

/** All other passes. */
export const PLAIN_PASSES = {
  expandX: {
    parts: [lags],
    entry: "expand_x",
    bindings: { 2: "read", 3: "read", 5: "write" },
  },
  expandY: {
    parts: [lags],
    entry: "expand_y",
    bindings: { 1: "read", 4: "read", 5: "write" },
  },
  contractY: {
    parts: [lags],
    entry: "contract_y",
    bindings: { 1: "read", 4: "read", 5: "write" },
  },
  contractX: {
    parts: [lags],
    entry: "contract_x",
    bindings: { 2: "read", 4: "read", 6: "write" },
  },
  residual: {
    parts: [elements, voxels],
    entry: "residual",
    bindings: { 1: "write", 2: "read", 3: "write" },
  },
  rectify: { parts: [elements, voxels], entry: "rectify", bindings: { 1: "write" } },
  addNoise: { parts: [elements, voxels], entry: "add_noise", bindings: { 1: "write" } },
  combine: {
    parts: [elements, combine],
    entry: "combine",
    bindings: { 1: "write", 2: "read", 3: "read", 4: "read", 5: "read" },
  },
  modulate: {
    parts: [elements, combine],
    entry: "modulate",
    bindings: { 1: "write", 2: "read", 3: "read" },
  },
  multiplyAndSum: {
    parts: [elements, combine],
    entry: "multiply_and_sum",
    bindings: { 1: "write", 2: "read", 3: "read" },
  },
  ascendDual: {
    parts: [elements, totalVariation, ascendDual],
    entry: "ascend_dual",
    bindings: { 1: "write", 2: "write", 3: "write", 4: "read", 5: "read" },
  },
  addDivergence: {
    parts: [elements, totalVariation, addDivergence],
    entry: "add_divergence",
    bindings: { 1: "write", 2: "read", 3: "read", 4: "read", 5: "read", 6: "read", 7: "read" },
  },
  analyse: {
    parts: [elements, wavelet],
    entry: "analyse",
    bindings: { 1: "read", 2: "write" },
  },
  synthesise: {
    parts: [elements, wavelet],
    entry: "synthesise",
    bindings: { 1: "read", 2: "write" },
  },
  copyBox: { parts: [elements, wavelet], entry: "copy_box", bindings: { 1: "read", 2: "write" } },
  shrink: { parts: [elements, wavelet], entry: "shrink", bindings: { 2: "write" } },
  moveBox: { parts: [moveBox], entry: "move_box", bindings: { 1: "read", 2: "write" } },
  resample: {
    parts: [resample],
    entry: "resample",
    bindings: { 1: "read", 2: "read", 3: "write" },
  },
  shrinkResponses: {
    parts: [...TILE, respond, shrinkResponses],
    entry: "shrink_responses",
    bindings: { 1: "read", 2: "read", 3: "write" },
  },
  shrinkGradient: {
    parts: [...TILE, respond, shrinkGradient],
    entry: "shrink_gradient",
    bindings: { 1: "read", 2: "read", 3: "read", 4: "write", 5: "write", 6: "write" },
  },
  projectResponses: {
    parts: [...TILE, projectResponses],
    entry: "project_responses",
    bindings: { 1: "read", 2: "read", 3: "write" },
  },
  correlateResponses: {
    parts: [shrinkage, correlateResponses],
    entry: "correlate_responses",
    bindings: { 2: "read", 3: "read", 4: "read", 5: "read", 6: "write" },
  },
  sumParts: { parts: [sumParts], entry: "sum_parts", bindings: { 1: "read", 2: "write" } },
} as const satisfies Record<string, Program>;

export type LinePass = keyof typeof LINE_PASSES;
export type PlainPass = keyof typeof PLAIN_PASSES;

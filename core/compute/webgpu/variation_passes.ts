/**
 * The two steps of total variation.
 *
 * @module
 */
import type { AscendOptions, DivergenceOptions } from "../engine.ts";
import { assertAlike } from "./combine_passes.ts";
import {
  assertWholePlanes,
  type DeviceParts,
  dispatchElements,
  packUniform,
} from "./dispatches.ts";
import { countsOf, type GpuField, type GpuVectors } from "./resources.ts";

/** v = r D x + (1 - r) v + r c v */
export function ascendDual(
  parts: DeviceParts,
  dual: GpuVectors,
  { x, radius, relaxation = 1 }: AscendOptions & { readonly x: GpuField },
): void {
  for (const component of dual) assertAlike(x, component);
  assertWholePlanes(x);
  const { chunks, size: [, height, width] } = x;
  countsOf(x).forEach((invocations, chunk) => {
    dispatchElements(parts, "ascendDual", {
      buffers: [
        ...dual.map(({ buffers }) => buffers[chunk]),
        x.buffers[chunk],
        x.buffers[(chunk + 1) % chunks.length],
      ],
      uniform: packUniform([
        ...[chunks[chunk].planes, height, width, 0, { float: radius }, { float: relaxation }],
      ]),
      invocations,
    });
  });
}

/** output = output + weight D^T p(v) */
export function addDivergence(
  parts: DeviceParts,
  output: GpuField,
  { dual, kind, radius, weight }: DivergenceOptions & { readonly dual: GpuVectors },
): void {
  for (const component of dual) assertAlike(output, component);
  assertWholePlanes(output);
  const { chunks, size: [, height, width] } = output;
  countsOf(output).forEach((invocations, chunk) => {
    const before = (chunk + chunks.length - 1) % chunks.length;
    dispatchElements(parts, "addDivergence", {
      buffers: [
        output.buffers[chunk],
        ...dual.map(({ buffers }) => buffers[chunk]),
        ...dual.map(({ buffers }) => buffers[before]),
      ],
      uniform: packUniform([
        ...[chunks[chunk].planes, height, width, chunks[before].planes],
        ...[{ float: radius }, { float: 0 }, { float: weight }, kind === "unit" ? 1 : 0],
      ]),
      invocations,
    });
  });
}

/**
 * Methods that are one filter: transform, multiply or divide, back, crop.
 *
 * @module
 */
import type { Engine, Planes, Spectrum } from "../compute/engine.ts";
import type { Extension } from "../compute/grid.ts";
import { createTransfer } from "../psf/transfer.ts";
import type { Size } from "../volume.ts";
import { baselineGrid } from "./boundary.ts";
import type { ChannelInput } from "./create_method.ts";
import type { Boundary } from "./method.ts";

/** A filter has to know what lies everywhere: no field of view. */
export const FILTER_BOUNDARIES: readonly Boundary[] = ["replicate-taper", "periodic"];

/** A filter on a grid. */
export interface LinearFilter {
  /** output = filtered input; `extension` is the input's along z. */
  apply(
    input: Planes,
    output: Planes,
    options: { readonly parameter: number; readonly extension: Extension },
  ): void;
  close(): void;
}

/** One restored channel per parameter; the channel is transformed once. */
export async function runFilter(
  engine: Engine,
  channel: ChannelInput,
  options: {
    readonly parameters: readonly number[];
    create(grid: Size, transfer: Spectrum): LinearFilter | Promise<LinearFilter>;
  },
): Promise<readonly Float32Array[]> {
  const { size, psf, psfSize, boundary, observed } = channel;
  const { parameters, create } = options;
  const grid = baselineGrid({ size, psfSize, boundary });
  const extension = boundary === "periodic" ? "zero" : "taper";
  const field = engine.createField(size);
  const planes = engine.createPlanes(grid, size[0]);
  const work = parameters.length > 1 ? engine.createPlanes(grid, size[0]) : planes;
  const transfer = createTransfer(engine, { psf, psfSize, grid });
  const filter = await create(grid, transfer);
  const results: Float32Array[] = [];
  engine.write(field, observed);
  engine.forwardLateral(field, planes, extension);
  for (const parameter of parameters) {
    filter.apply(planes, work, { parameter, extension });
    engine.inverseLateral(work, field);
    results.push(await engine.read(field));
  }
  filter.close();
  engine.free(field, planes, transfer);
  if (work !== planes) engine.free(work);
  return results;
}

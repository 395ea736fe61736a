/**
 * From a PSF to its transfer function on an engine.
 *
 * @module
 */
import type { Engine, Spectrum } from "../compute/engine.ts";
import type { Size } from "../volume.ts";

/** The transfer function K of one channel's PSF `[z, y, x]` (sum 1, centre at floor(size / 2)). */
export function createTransfer(
  engine: Engine,
  options: { psf: Float32Array | Float64Array; psfSize: Size; grid: Size },
): Spectrum {
  const { psf, psfSize, grid } = options;
  const field = engine.createField(psfSize);
  const planes = engine.createPlanes(grid, psfSize[0]);
  const transfer = engine.createSpectrum(grid);
  engine.write(field, psf);
  engine.forwardLateral(field, planes, "centred");
  engine.forwardAxial(planes, transfer, "centred");
  engine.free(field, planes);
  return transfer;
}

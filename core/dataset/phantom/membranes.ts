/**
 * Membranes as thin shells, the cell's surface and the nuclear envelope; and the cytoplasm, a faint
 * haze that fills the cell.
 *
 * @module
 */
import { type Canvas, type DrawOptions, softStep, spanOf } from "./canvas.ts";
import { type Cell, envelopeDistance, nuclearPosition, type Nucleus, topOf } from "./cell.ts";
import { createTexture, type Texture } from "./texture.ts";

/** Draws the shells of one cell; a shell seen edge-on has about half of the weight. */
export function drawMembranes(canvas: Canvas, cell: Cell, options: DrawOptions): void {
  const { random, weight, character } = options;
  const texture = createTexture(canvas, random, { grain: 6, contrast: 0.9 });
  const { data, size: [depth, height, width], sigmaZ } = canvas;
  const { rows, columns, top, softness } = createSurface(canvas, cell);
  const columnCount = columns.end - columns.start;
  const field = new Float64Array(columnCount);
  const planes = spanOf(cell.bottom + cell.height / 2, cell.height / 2 + 4 * sigmaZ, depth);
  for (let z = planes.start; z < planes.end; z++) {
    const bottom = 0.15 * Math.exp(-0.5 * ((z - cell.bottom) / sigmaZ) ** 2);
    const above = softStep((z - cell.bottom) / sigmaZ);
    for (let y = rows.start; y < rows.end; y++) {
      texture.fillRow([z, y, columns.start], field);
      const from = (y - rows.start) * columnCount;
      const row = (z * height + y) * width + columns.start;
      for (let x = 0; x < columnCount; x++) {
        const d = (z - top[from + x]) / softness[from + x];
        if (d > 4) continue;
        // The dome above the bottom, brighter where it is steep and the axis sees more of it, and
        // the bottom under the dome: exp(-d^2 / 2) each.
        const steep = 0.5 - 0.4 * sigmaZ / softness[from + x];
        const dome = steep * Math.exp(-0.5 * d * d) * above;
        data[row + x] += weight * field[x] * (dome + bottom * softStep(-d));
      }
    }
  }
  drawEnvelope(canvas, cell.nucleus, { texture, value: 0.4 * weight * character });
}

function drawEnvelope(
  canvas: Canvas,
  nucleus: Nucleus,
  { texture, value }: { readonly texture: Texture; readonly value: number },
): void {
  const { data, size: [depth, height, width], sigmaXy, sigmaZ } = canvas;
  const [rz, , rLong] = nucleus.radii;
  const planes = spanOf(nucleus.centre[0], rz + 4 * sigmaZ, depth);
  const rows = spanOf(nucleus.centre[1], rLong + 4 * sigmaXy, height);
  const columns = spanOf(nucleus.centre[2], rLong + 4 * sigmaXy, width);
  const field = new Float64Array(columns.end - columns.start);
  for (let z = planes.start; z < planes.end; z++) {
    for (let y = rows.start; y < rows.end; y++) {
      texture.fillRow([z, y, columns.start], field);
      const row = (z * height + y) * width + columns.start;
      for (let x = 0; x < field.length; x++) {
        const d = envelopeDistance(canvas, nucleus, [z, y, columns.start + x]);
        if (d < -4 || d > 4) continue;
        data[row + x] += value * field[x] * Math.exp(-0.5 * d * d);
      }
    }
  }
}

/** Fills the cell outside its nucleus with a haze of about the weight. */
export function drawCytoplasm(canvas: Canvas, cell: Cell, options: DrawOptions): void {
  const { random, weight } = options;
  const { data, size: [depth, height, width], sigmaXy, sigmaZ } = canvas;
  const { rows, columns, top, softness } = createSurface(canvas, cell);
  const texture = createTexture(canvas, random, { grain: 8, contrast: 1 });
  const columnCount = columns.end - columns.start;
  const field = new Float64Array(columnCount);
  const [, ny, nx] = cell.nucleus.centre;
  const [, rShort, rLong] = cell.nucleus.radii;
  const edge = rShort / (2 * sigmaXy);
  const beyond = rLong * (1 + 4 / edge);
  const planes = spanOf(cell.bottom + cell.height / 2, cell.height / 2 + 4 * sigmaZ, depth);
  for (let z = planes.start; z < planes.end; z++) {
    const above = softStep((z - cell.bottom) / sigmaZ);
    for (let y = rows.start; y < rows.end; y++) {
      texture.fillRow([z, y, columns.start], field);
      const from = (y - rows.start) * columnCount;
      const row = (z * height + y) * width + columns.start;
      for (let x = 0; x < columnCount; x++) {
        const d = (top[from + x] - z) / softness[from + x];
        if (d < -4) continue;
        let value = weight * field[x] * above;
        if (d < 4) value *= softStep(d);
        if (Math.abs(columns.start + x - nx) < beyond && Math.abs(y - ny) < beyond) {
          const position = nuclearPosition(cell.nucleus, z, y, columns.start + x);
          value *= 0.2 + 0.8 * softStep((position - 1) * edge);
        }
        data[row + x] += value;
      }
    }
  }
}

/** The upper membrane over the cell's box. */
interface Surface {
  readonly rows: { readonly start: number; readonly end: number };
  readonly columns: { readonly start: number; readonly end: number };
  /** Plane of the membrane at each `[y, x]` of the box. */
  readonly top: Float64Array;
  /** Planes per standard deviation of the finest detail across the tilted membrane. */
  readonly softness: Float64Array;
}

function createSurface(canvas: Canvas, cell: Cell): Surface {
  const { size: [, height, width], sigmaXy, sigmaZ } = canvas;
  const reach = 1.05 * Math.max(...cell.outline) + 8 * sigmaXy;
  const rows = spanOf(cell.centre[0], reach, height);
  const columns = spanOf(cell.centre[1], reach, width);
  // One more voxel on every side, for the slopes.
  const stride = columns.end - columns.start + 2;
  const padded = new Float64Array((rows.end - rows.start + 2) * stride);
  for (let i = 0; i < padded.length; i++) {
    const y = rows.start - 1 + Math.floor(i / stride);
    padded[i] = topOf(cell, y, columns.start - 1 + i % stride);
  }
  const top = new Float64Array((rows.end - rows.start) * (stride - 2));
  const softness = new Float64Array(top.length);
  for (let i = 0; i < top.length; i++) {
    const j = (Math.floor(i / (stride - 2)) + 1) * stride + i % (stride - 2) + 1;
    const slopeX = 0.5 * (padded[j + 1] - padded[j - 1]);
    const slopeY = 0.5 * (padded[j + stride] - padded[j - stride]);
    top[i] = padded[j];
    // A step of one standard deviation across the surface, seen along the axis:
    // s^2 = sz^2 + sxy^2 |grad top|^2
    softness[i] = Math.sqrt(sigmaZ ** 2 + sigmaXy ** 2 * (slopeX ** 2 + slopeY ** 2));
  }
  return { rows, columns, top, softness };
}

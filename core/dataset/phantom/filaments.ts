/**
 * Filaments: random smooth curves, either long ones that run from beside the nucleus to the cell's
 * border as microtubules do, or short thick ones around the nucleus as mitochondria are.
 *
 * @module
 */
import type { Random } from "../../random.ts";
import { addGaussian, type Canvas, type DrawOptions } from "./canvas.ts";
import { besideNucleus, type Cell, drawPlace, nuclearPosition, topOf } from "./cell.ts";

/** How the filaments of one cell look; lengths in voxels across the axis. */
interface FilamentStyle {
  readonly count: number;
  readonly length: number;
  readonly radius: number;
  /** Distance over which a filament forgets its direction. */
  readonly persistence: number;
  readonly near: { readonly centre: readonly [number, number]; readonly spread: number };
  /** Part of the filaments that start near; the others start anywhere. */
  readonly share: number;
}

/** Draws the filaments of one cell; a typical one has about a third of the weight. */
export function drawFilaments(canvas: Canvas, cell: Cell, options: DrawOptions): void {
  const { random, weight, character } = options;
  const style = character < 0.5
    ? longFilaments(canvas, cell, random)
    : shortFilaments(canvas, cell, random);
  for (let i = 0; i < style.count; i++) {
    const start = drawPlace(cell, random, random.uniform() < style.share ? style.near : undefined);
    if (start === undefined) continue;
    const amplitude = 0.3 * weight * Math.exp(0.35 * random.normal());
    drawFilament(canvas, cell, { start, amplitude, style, random });
  }
}

function longFilaments(canvas: Canvas, cell: Cell, random: Random): FilamentStyle {
  return {
    count: Math.round(0.9 * cell.radius * (0.6 + 0.8 * random.uniform())),
    length: 1.8 * cell.radius,
    radius: 1.1 * canvas.sigmaXy,
    persistence: 1.5 * cell.radius,
    near: { centre: besideNucleus(cell, random), spread: 0.12 },
    share: 0.5,
  };
}

function shortFilaments(canvas: Canvas, cell: Cell, random: Random): FilamentStyle {
  return {
    count: Math.round(Math.PI * cell.radius ** 2 * (0.006 + 0.008 * random.uniform())),
    length: 20 * canvas.sigmaXy,
    radius: canvas.sigmaXy * (1.2 + 0.4 * random.uniform()),
    persistence: 9 * canvas.sigmaXy,
    near: { centre: [cell.nucleus.centre[1], cell.nucleus.centre[2]], spread: 0.5 },
    share: 0.85,
  };
}

/** A walk whose direction diffuses; it bends around the nucleus and ends at the cell's border. */
function drawFilament(
  canvas: Canvas,
  cell: Cell,
  { start, amplitude, style, random }: {
    readonly start: readonly [number, number, number];
    readonly amplitude: number;
    readonly style: FilamentStyle;
    readonly random: Random;
  },
): void {
  const planes = canvas.sigmaZ / canvas.sigmaXy;
  let [z, y, x] = start;
  let angle = 2 * Math.PI * random.uniform();
  let rise = 0;
  // Gaussians one standard deviation apart add up to a line that is even within 1e-8.
  const step = style.radius;
  const wander = Math.sqrt(2 * step / style.persistence);
  const count = Math.ceil(style.length * (0.3 + 0.9 * random.uniform()) / step);
  const wave = 2 * Math.PI * random.uniform();
  for (let i = 0; i < count; i++) {
    angle += wander * random.normal();
    rise = 0.9 * rise + 0.06 * random.normal();
    const nextZ = z + step * rise * planes;
    const nextY = y + step * Math.sin(angle);
    const nextX = x + step * Math.cos(angle);
    const top = topOf(cell, nextY, nextX);
    if (top < cell.bottom) return;
    if (nuclearPosition(cell.nucleus, nextZ, nextY, nextX) < 1.08) {
      angle = turnFromNucleus(cell, nextY, nextX, angle);
      continue;
    }
    if (nextZ < cell.bottom || nextZ > top) {
      rise = nextZ < cell.bottom ? 0.05 : -0.05;
    }
    z = Math.min(Math.max(nextZ, cell.bottom), top);
    y = nextY;
    x = nextX;
    // The sum of the Gaussians along a line is 2.5 times one of them.
    const taper = Math.min(1, (i + 1) / 3, (count - i) / 3);
    const value = amplitude / 2.5 * taper * (1 + 0.25 * Math.sin(wave + 0.3 * i));
    addGaussian(canvas, { centre: [z, y, x], amplitude: value, radius: style.radius });
  }
}

/** The direction turned by a third of a right angle away from the nucleus. */
function turnFromNucleus(cell: Cell, y: number, x: number, angle: number): number {
  const outwards = Math.atan2(y - cell.nucleus.centre[1], x - cell.nucleus.centre[2]);
  return angle + (Math.sin(outwards - angle) >= 0 ? Math.PI / 6 : -Math.PI / 6);
}

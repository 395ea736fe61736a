/**
 * Nuclei: large textured ellipsoids with a few bright lumpy bodies in them, as nucleoli are.
 *
 * @module
 */
import type { Random } from "../../random.ts";
import { addBall, type Canvas, type DrawOptions, softStep, spanOf } from "./canvas.ts";
import { type Cell, envelopeDistance, nuclearPosition, type Nucleus } from "./cell.ts";
import { createTexture } from "./texture.ts";

/** Draws the nucleus of one cell; its bright bodies have about half of the weight. */
export function drawNucleus(canvas: Canvas, cell: Cell, options: DrawOptions): void {
  const { random, weight, character } = options;
  // A faint nucleus with bright nucleoli, or a bright one with small bright spots (chromatin).
  const bodies = character < 0.65
    ? { ground: 0.06 + 0.1 * random.uniform(), clusters: 2 + random.integer(3), size: 0.12 }
    : { ground: 0.25 + 0.2 * random.uniform(), clusters: 6 + random.integer(8), size: 0.05 };
  drawEllipsoid(canvas, cell.nucleus, random, weight * bodies.ground);
  for (let i = 0; i < bodies.clusters; i++) {
    const brightness = weight * 0.45 * (0.6 + 0.8 * random.uniform());
    drawBody(canvas, cell.nucleus, random, { brightness, size: bodies.size });
  }
}

function drawEllipsoid(canvas: Canvas, nucleus: Nucleus, random: Random, value: number): void {
  const { data, size: [depth, height, width], sigmaXy, sigmaZ } = canvas;
  const [rz, , rLong] = nucleus.radii;
  const texture = createTexture(canvas, random, { grain: 3, contrast: 0.7 });
  const planes = spanOf(nucleus.centre[0], rz + 4 * sigmaZ, depth);
  const rows = spanOf(nucleus.centre[1], rLong + 4 * sigmaXy, height);
  const columns = spanOf(nucleus.centre[2], rLong + 4 * sigmaXy, width);
  const field = new Float64Array(columns.end - columns.start);
  for (let z = planes.start; z < planes.end; z++) {
    for (let y = rows.start; y < rows.end; y++) {
      texture.fillRow([z, y, columns.start], field);
      const row = (z * height + y) * width + columns.start;
      for (let x = 0; x < field.length; x++) {
        // data += v t S(d), d the distance into the nucleus
        const d = envelopeDistance(canvas, nucleus, [z, y, columns.start + x]);
        if (d > -4) data[row + x] += value * field[x] * softStep(d);
      }
    }
  }
}

/** A chain of overlapping balls somewhere inside the nucleus; a single one where it is small. */
function drawBody(
  canvas: Canvas,
  nucleus: Nucleus,
  random: Random,
  { brightness, size }: { readonly brightness: number; readonly size: number },
): void {
  const [rz, rShort, rLong] = nucleus.radii;
  const around = 2 * Math.PI * random.uniform();
  const far = 0.6 * Math.sqrt(random.uniform());
  const u = far * rLong * Math.cos(around);
  const v = far * rShort * Math.sin(around);
  let y = nucleus.centre[1] + u * nucleus.sin + v * nucleus.cos;
  let x = nucleus.centre[2] + u * nucleus.cos - v * nucleus.sin;
  let z = nucleus.centre[0] + 0.3 * rz * (2 * random.uniform() - 1);
  const radius = Math.max(canvas.sigmaXy, size * rLong * (0.6 + 0.7 * random.uniform()));
  const balls = radius > 3 * canvas.sigmaXy ? 2 + random.integer(4) : 1;
  let angle = 2 * Math.PI * random.uniform();
  for (let i = 0; i < balls; i++) {
    addBall(canvas, {
      centre: [z, y, x],
      amplitude: brightness * (0.7 + 0.5 * random.uniform()),
      radius: radius * (0.7 + 0.5 * random.uniform()),
    });
    // The chain goes on by more than a radius, so that balls overlap at their borders, and turns.
    angle += 0.7 * random.normal();
    y += 1.4 * radius * Math.sin(angle);
    x += 1.4 * radius * Math.cos(angle);
    z += 0.3 * radius * random.normal() * canvas.sigmaZ / canvas.sigmaXy;
    if (nuclearPosition(nucleus, z, y, x) > 0.75) return;
  }
}

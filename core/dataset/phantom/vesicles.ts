/**
 * Vesicles: small blurred spots, many of them gathered beside the nucleus, as lysosomes and
 * endosomes are.
 *
 * @module
 */
import { addGaussian, type Canvas, type DrawOptions } from "./canvas.ts";
import { besideNucleus, type Cell, drawPlace } from "./cell.ts";

/** Draws the vesicles of one cell; a typical one has about a quarter of the weight. */
export function drawVesicles(canvas: Canvas, cell: Cell, options: DrawOptions): void {
  const { random, weight, character: sparse } = options;
  const { sigmaXy } = canvas;
  // From dense small ones to sparse large ones: one per 18 to 110 voxels of the cell's outline.
  const count = Math.round(Math.PI * cell.radius ** 2 / (18 * 6 ** sparse));
  const near = { centre: besideNucleus(cell, random), spread: 0.12 + 0.12 * random.uniform() };
  const share = 0.1 + 0.3 * random.uniform();
  for (let i = 0; i < count; i++) {
    const centre = drawPlace(cell, random, random.uniform() < share ? near : undefined);
    if (centre === undefined) continue;
    // Gaussians of about 3 to 6 voxels full width at half maximum.
    const own = sigmaXy * (0.4 + 1.3 * sparse * random.uniform());
    addGaussian(canvas, {
      centre,
      amplitude: 0.25 * weight * Math.exp(0.5 * random.normal()),
      radius: Math.sqrt(sigmaXy * sigmaXy + own * own),
    });
  }
}

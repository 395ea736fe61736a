/**
 * What a user reads about a PSF that was made.
 *
 * @module
 */
import { formatSize, rangeOf, sizeOf, type Volume } from "../volume.ts";
import { type BeadReport, describeRejected } from "./beads.ts";
import { measureFwhmNm } from "./fwhm.ts";
import type { MadePsf } from "./make_psf.ts";
import type { PsfRequest } from "./psf_request.ts";
import { centreIndex } from "./sampling.ts";

/**
 * The lines of a report: size, centre, and for every channel its FWHM, its beads, and how much of the
 * light is in it.
 */
export function describePsf(made: MadePsf, request: Partial<PsfRequest> = {}): string[] {
  const { psf } = made;
  return [
    describeGrid(psf, request),
    describeCentre(psf, request),
    ...Array.from({ length: psf.shape[0] }, (_, channel) => describeChannel(made, request, channel))
      .flat(),
  ];
}

function describeGrid(psf: Volume, { normalization = "sum" }: Partial<PsfRequest>): string {
  const { x, y, z } = psf.voxelSizeUm!;
  const channels = psf.shape[0] === 1 ? "1 channel" : `${psf.shape[0]} channels`;
  const size = psf.shape[1] === 1 ? `${formatSize(psf.shape)} x 1` : formatSize(psf.shape);
  const scale = normalization === "sum" ? "sum 1" : "largest voxel 1";
  const nm = [x, y, z].map((um) => round(1000 * um)).join(" x ");
  return `${size} voxels of ${nm} nm, ${channels}, ${scale} per channel`;
}

function describeCentre(psf: Volume, { centre }: Partial<PsfRequest>): string {
  const size = sizeOf(psf.shape);
  const [z, y, x] = size.map((n) => centreIndex(n, centre));
  const even = (["z", "y", "x"] as const).filter((_, axis) => size[axis] % 2 === 0).reverse();
  const where = `centre at voxel ${x}, ${y}, ${z} (x, y, z, counted from 0)`;
  if (even.length === 0) return where;
  return centre === "middle"
    ? `${where}: between voxels along ${even.join(", ")}, where the size is even`
    : `${where}: the later of the two middle voxels along ${
      even.join(", ")
    }, where the size is even`;
}

function describeChannel(
  { psf, beads, energies }: MadePsf,
  { optics, energy }: Partial<PsfRequest>,
  channel: number,
): string[] {
  const name = [
    ...psf.shape[0] > 1 ? [`channel ${channel + 1}`] : [],
    ...optics?.wavelengthsNm[channel] ? [`${optics.wavelengthsNm[channel]} nm`] : [],
  ].join(", ");
  const prefix = name === "" ? "" : `${name}: `;
  const fwhm = measureFwhmNm(psf, channel);
  const axes = psf.shape[1] > 1 ? ["x", "y", "z"] as const : ["x", "y"] as const;
  const widths = axes.map((axis) => {
    const nm = fwhm[axis];
    return `${axis} ${nm === undefined ? "beyond the volume" : `${Math.round(nm)} nm`}`;
  });
  const lines = [`${prefix}FWHM ${widths.join(", ")}`];
  if (beads) lines.push(...describeBeads(beads[channel], psf, channel).map((l) => prefix + l));
  if (energies) {
    const kept = (100 * energies[channel]).toFixed(2);
    const asked = energy === undefined ? "" : ` (${100 * energy} % asked for)`;
    lines.push(`${prefix}${kept} % of the light of the uncropped PSF${asked}`);
  }
  return lines;
}

function describeBeads(report: BeadReport, psf: Volume, channel: number): string[] {
  const { found, used, rejected, background, noise } = report;
  const left = describeRejected(rejected);
  const lines = [
    `${used.length} of ${found} beads averaged${left === "" ? "" : `; left out: ${left}`}`,
    `background ${round(background)}, noise ${(100 * noise).toFixed(2)} % of the peak`,
  ];
  const n = psf.data.length / psf.shape[0];
  const data = psf.data.subarray(channel * n, (channel + 1) * n);
  const { min, max } = rangeOf(data);
  if (min < 0) {
    const part = Math.round(100 * data.reduce((count, v) => count + (v < 0 ? 1 : 0), 0) / n);
    lines.push(
      `${part} % of the voxels are noise below 0, down to ${
        (100 * min / max).toFixed(2)
      } % of the ` +
        `peak; they are kept, as zeros in their place would add light`,
    );
  }
  return lines;
}

function round(value: number): number {
  return Number(value.toPrecision(6));
}

/**
 * A pupil's intensity on a grid of voxels.
 *
 * @module
 */
import { createVolume, type Volume, voxelsOf } from "../volume.ts";
import { createLateralMap, type LateralMap, spreadProfile } from "./lateral.ts";
import { normalizePsf } from "./normalize.ts";
import type { ObjectiveOptics } from "./optics.ts";
import { type Pupil, radialIntensity } from "./pupil.ts";
import { centreIndex, type PsfSampling } from "./sampling.ts";

/** Radial samples per period of the intensity's highest frequency. */
const SAMPLES_PER_PERIOD = 12;

/**
 * The PSF with a channel per wavelength, shape `[c, z, y, x]`, each channel's largest voxel 1.
 *
 * `stageOffsetNm` is added to the stage's position of every plane.
 */
export function samplePupils(
  optics: ObjectiveOptics,
  sampling: PsfSampling,
  { createPupil, stageOffsetNm = () => 0 }: {
    createPupil(wavelengthNm: number): Pupil;
    stageOffsetNm?(pupil: Pupil): number;
  },
): Volume {
  const { size, voxelSizeNm } = sampling;
  const psf = createVolume([optics.wavelengthsNm.length, ...size], undefined, {
    x: voxelSizeNm.x / 1000,
    y: voxelSizeNm.y / 1000,
    z: voxelSizeNm.z / 1000,
  });
  const voxels = voxelsOf(size);
  optics.wavelengthsNm.forEach((wavelengthNm, channel) => {
    const pupil = createPupil(wavelengthNm);
    const data = psf.data.subarray(channel * voxels, (channel + 1) * voxels);
    samplePupil(pupil, data, { sampling, offsetNm: stageOffsetNm(pupil) });
  });
  return normalizePsf(psf, "peak");
}

function samplePupil(
  pupil: Pupil,
  data: Float32Array,
  { sampling, offsetNm }: { readonly sampling: PsfSampling; readonly offsetNm: number },
): void {
  const [depth, height, width] = sampling.size;
  // An intensity holds twice the amplitude's highest radial frequency, f(limit).
  const stepNm = Math.PI / pupil.frequency(pupil.limit) / SAMPLES_PER_PERIOD;
  const map: LateralMap = createLateralMap(sampling, stepNm);
  const middle = centreIndex(depth, sampling.centre);
  const stageNm = Float64Array.from(
    { length: depth },
    (_, k) => (k - middle) * sampling.voxelSizeNm.z + offsetNm,
  );
  const profiles = radialIntensity(pupil, { stepNm, count: map.radialCount, stageNm });
  const pixels = height * width;
  for (let k = 0; k < depth; k++) {
    const profile = profiles.subarray(k * map.radialCount, (k + 1) * map.radialCount);
    spreadProfile(profile, map, data.subarray(k * pixels, (k + 1) * pixels));
  }
}

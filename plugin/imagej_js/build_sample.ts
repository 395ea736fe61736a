/**
 * The page's sample: a synthetic cell, blurred, with noise.
 *
 * @module
 */
import { createEngine } from "../../core/compute/choose_engine.ts";
import { gridFor } from "../../core/compute/grid.ts";
import { createPhantom } from "../../core/dataset/phantom.ts";
import { addNoiseTo, blurScene } from "../../core/degrade/degrade.ts";
import { encodeTiff } from "../../core/io/tiff_writer.ts";
import { createPsf } from "../../core/psf/create_psf.ts";
import { createTransfer } from "../../core/psf/transfer.ts";
import { rangeOf, type Size } from "../../core/volume.ts";
import { SAMPLE_FIELDS } from "./sample.ts";

const SIZE: Size = [16, 192, 192];
const VOXEL_NM = { x: 98, y: 98, z: 203 };
const VOXEL_UM = { x: 0.098, y: 0.098, z: 0.203 };
/** Counts at the peak, as a camera of 12 bits gives them. */
const PEAK = 3000;
const BACKGROUND = 100;

/** The bytes of a TIFF of 16 bits. */
export async function buildSample(): Promise<Uint8Array<ArrayBuffer>> {
  const psfSize: Size = [15, 61, 61];
  const psf = createPsf({
    model: "richards-wolf",
    wavelengthsNm: [Number(SAMPLE_FIELDS.wavelength)],
    numericalAperture: Number(SAMPLE_FIELDS.na),
    immersionIndex: Number(SAMPLE_FIELDS["immersion-index"]),
  }, { size: psfSize, voxelSizeNm: VOXEL_NM });
  const scene = createPhantom({
    shape: [1, ...SIZE],
    seed: 7,
    voxelSizeUm: VOXEL_UM,
    structures: [["filaments", "vesicles"]],
  });
  const engine = await createEngine({ threads: 1 });
  try {
    const grid = gridFor(SIZE, psfSize);
    const transfer = createTransfer(engine, { psf: psf.data, psfSize, grid });
    const [field, blurred] = [engine.createField(SIZE), engine.createField(SIZE)];
    engine.write(field, scene.data);
    blurScene(field, blurred, {
      ...{ engine, transfer, offset: [0, 0, 0] },
      planes: engine.createPlanes(grid, SIZE[0]),
      blurred: engine.createPlanes(grid, SIZE[0]),
    });
    const light = await engine.read(blurred);
    const { max } = rangeOf(light);
    engine.write(blurred, light.map((value) => value / max));
    await addNoiseTo(blurred, engine, { sigma: 0.01, photons: 400, seed: 1 });
    const data = (await engine.read(blurred)).map((value) => BACKGROUND + PEAK * value);
    return encodeTiff({
      shape: [1, ...SIZE],
      ...{ frames: 1, pixelType: "uint16", voxelSizeUm: VOXEL_UM, metadata: { unit: "micron" } },
    }, data);
  } finally {
    engine.close();
  }
}

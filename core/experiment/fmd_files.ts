/**
 * The benchmark's images and PSFs as files that `train` takes.
 *
 * @module
 */
import { writeFileAtomically } from "../io/atomic_file.ts";
import { writeVolume } from "../io/tiff_writer.ts";
import { type FmdFold, type FmdImage, loadFmdImage, mirrorPlane } from "./fmd.ts";
import type { NamedPsf } from "../psf/load_psf.ts";

/** Pixels that a training image is continued by on every side: more than the largest PSF reaches. */
export const FMD_MARGIN = 24;

/** What `writeFmdFiles` wrote. */
export interface FmdFiles {
  /** Lists of training images, one for each fold. */
  readonly lists: readonly string[];
  readonly psfs: readonly string[];
}

/**
 * Writes into a folder `images/` (normalized, see `loadFmdImage`, and continued by their mirror images,
 * so that crops near the border see what the benchmark's boundary shows), `PSF1.tif` to `PSF5.tif`
 * (rotated, for a convolution), and `fold1_train.txt`, `fold2_train.txt`: for
 * `train fold1_train.txt --psf PSF1.tif ... --noise 0.1%..10%`.
 */
export async function writeFmdFiles(
  folder: string,
  { folds, psfs }: { readonly folds: readonly FmdFold[]; readonly psfs: readonly NamedPsf[] },
): Promise<FmdFiles> {
  Deno.mkdirSync(`${folder}/images`, { recursive: true });
  const written = new Set<string>();
  const psfPaths = psfs.map(({ name, psf }) => {
    const path = `${folder}/${name}.tif`;
    writeVolume(path, psf);
    return path;
  });
  const lists: string[] = [];
  for (const [i, { train }] of folds.entries()) {
    for (const image of train) {
      const path = imagePath(image);
      if (written.has(path)) continue;
      written.add(path);
      const normalized = await loadFmdImage(image.path);
      writeVolume(`${folder}/${path}`, mirrorPlane(normalized, [FMD_MARGIN, FMD_MARGIN]));
    }
    const list = `${folder}/fold${i + 1}_train.txt`;
    const lines = train.map((image) => imagePath(image) + "\n").join("");
    writeFileAtomically(list, new TextEncoder().encode(lines));
    lists.push(list);
  }
  return { lists, psfs: psfPaths };
}

/** In the folder; the name of the file stays. */
function imagePath({ name }: FmdImage): string {
  return `images/${name.slice(name.lastIndexOf("/") + 1)}`;
}

/**
 * BioImage Model Zoo packages (format 0.5): a zip that bioimageio.core, deepImageJ and others run.
 *
 * @module
 */
import { type Zippable, zipSync } from "fflate";
import { encodeNpy } from "../io/npy.ts";
import { sha256 } from "../sha256.ts";
import type { Volume } from "../volume.ts";
import { drawCover } from "./zoo_cover.ts";
import { describeZooModel, ZOO_FILES, type ZooFacts } from "./zoo_description.ts";
import { documentZooModel, type ZooMeasurement } from "./zoo_documentation.ts";
import { formatYaml } from "./yaml.ts";

/** What a package is made from. */
export interface ZooOptions extends Omit<ZooFacts, "sha256" | "shape">, ZooMeasurement {
  /** The baked graph. */
  readonly weights: Uint8Array;
  /** The test stack, of the graph's shape. */
  readonly input: Volume;
  /** What the graph makes of it. */
  readonly output: Volume;
}

/** The package's bytes. */
export async function createZooPackage(options: ZooOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { weights, input, output, timestamp } = options;
  const { shape } = input;
  const tensor = ({ data, shape }: Volume) => encodeNpy({ data, shape: [1, ...shape] });
  const facts = { ...options, shape };
  const contents: Record<keyof typeof ZOO_FILES, Uint8Array> = {
    weights,
    input: tensor(input),
    output: tensor(output),
    cover: drawCover(input, output),
    documentation: new TextEncoder().encode(documentZooModel(facts, options)),
  };
  const keys = Object.keys(ZOO_FILES) as (keyof typeof ZOO_FILES)[];
  const digests = await Promise.all(keys.map(async (key) => [key, await sha256(contents[key])]));
  const description = describeZooModel({ ...facts, sha256: Object.fromEntries(digests) });
  const files: Zippable = { "rdf.yaml": new TextEncoder().encode(formatYaml(description)) };
  // Noise does not compress: tensors and pictures are stored as they are.
  for (const key of keys) {
    files[ZOO_FILES[key]] = [contents[key], { level: key === "documentation" ? 6 : 0 }];
  }
  return new Uint8Array(zipSync(files, { mtime: timestamp }));
}

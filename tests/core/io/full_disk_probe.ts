/** Run by atomic_file_test.ts on a file system of 64 kB, whose folder is the argument. */
import { createTiff, writeVolume } from "../../../core/io/tiff_writer.ts";
import { createVolume } from "../../../core/volume.ts";

const [folder, state] = Deno.args;
const report: string[] = [];

function attempt(action: () => void): void {
  try {
    action();
    report.push("no error");
  } catch (error) {
    report.push(`${(error as Error).name}: ${(error as Error).message}`);
  }
}

if (state === "full") {
  const info = { shape: [1, 1, 64, 64], frames: 1, pixelType: "float32", metadata: {} } as const;
  const plane = { channel: 0, start: [0, 0, 0], end: [1, 64, 64] } as const;
  attempt(() => writeVolume(`${folder}/large.tif`, createVolume([1, 8, 64, 64])));
  attempt(() => {
    const writer = createTiff(`${folder}/filled.tif`, info);
    try {
      Deno.writeFileSync(`${folder}/other`, new Uint8Array(100_000));
    } catch {
      // As full as it gets.
    }
    writer.writeRegion(plane, new Float32Array(64 * 64).fill(1));
  });
} else {
  attempt(() => writeVolume(`${folder}/a.tif`, createVolume([1, 1, 4, 4])));
}
report.push([...Deno.readDirSync(folder)].map((entry) => entry.name).sort().join(" "));
console.log(JSON.stringify(report));

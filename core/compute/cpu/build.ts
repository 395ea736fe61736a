/**
 * Compiles assembly/ to wasm and writes it as text into kernels_wasm.ts, so that the module loads the
 * same way in Deno, in a bundle and in a browser. Run it after a change: `deno task build:kernels`.
 *
 * @module
 */
import { main } from "assemblyscript/asc";
import { fileURLToPath } from "node:url";

/** The compiled module of the sources in assembly/. */
export async function compileKernels(): Promise<Uint8Array> {
  const files = new Map<string, Uint8Array | string>();
  const { error, stderr } = await main([
    "index.ts",
    "--baseDir",
    fileURLToPath(new URL("assembly/", import.meta.url)),
    "--outFile=kernels.wasm",
    // One level more would reorder the sums of the small kernels: they would not fit the registers.
    "-O2",
    "--noAssert",
    "--runtime=stub",
    "--importMemory",
    "--sharedMemory",
    "--initialMemory=1",
    "--maximumMemory=65536",
    "--enable=simd,threads,relaxed-simd",
  ], {
    writeFile: (name, contents) => void files.set(name, contents),
  });
  if (error) throw new Error(`The kernels do not compile: ${error.message}\n${stderr}`);
  return files.get("kernels.wasm") as Uint8Array;
}

if (import.meta.main) {
  const wasm = await compileKernels();
  const lines = wasm.toBase64().match(/.{1,96}/g)!.map((line) => `  "${line}"`);
  await Deno.writeTextFile(
    new URL("kernels_wasm.ts", import.meta.url),
    `// Made by build.ts from assembly/; not to be edited.\n\n` +
      `/** The compiled kernels, in base64. */\nexport const KERNELS_WASM = [\n${
        lines.join(",\n")
      },\n].join("");\n`,
  );
  console.error(`kernels_wasm.ts: ${wasm.length} bytes of wasm`);
}

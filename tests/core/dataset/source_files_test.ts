import assert from "node:assert/strict";
import { listSourceFiles } from "../../../core/dataset/source_files.ts";
import { inFolder, inputError } from "./write_stack.ts";

const TIFF_START = new Uint8Array([0x49, 0x49, 42, 0]);

Deno.test("listSourceFiles() lists a folder and its sub-folders, sorted, without hidden files", () =>
  inFolder((folder) => {
    for (const sub of ["a", "b", "b/deep", ".hidden"]) Deno.mkdirSync(`${folder}/${sub}`);
    for (
      const name of [
        "c10.tif",
        "c9.TIFF",
        "a/x.png",
        "b/y.tif",
        "b/deep/z.tif",
        ".hidden/h.tif",
        "._c9.tif",
        "README.md",
        "notes.txt",
      ]
    ) Deno.writeTextFileSync(`${folder}/${name}`, "text");
    // An image by its content, whatever its name.
    Deno.writeFileSync(`${folder}/b/scan.lsm`, TIFF_START);
    const files = listSourceFiles(folder);
    assert.deepEqual(files.map((file) => file.name), [
      "a/x.png",
      "b/scan.lsm",
      "b/y.tif",
      "c10.tif",
      "c9.TIFF",
    ]);
    assert.deepEqual(files.map((file) => file.path), files.map((file) => `${folder}/${file.name}`));
    assert.deepEqual(listSourceFiles(`${folder}/`), files);
  }));

Deno.test("listSourceFiles() reads a list relative to itself, in its order", () =>
  inFolder((folder) => {
    Deno.mkdirSync(`${folder}/lists`);
    for (const name of ["one.tif", "two.tif"]) Deno.writeTextFileSync(`${folder}/${name}`, "");
    const list = `${folder}/lists/train.txt`;
    Deno.writeTextFileSync(
      list,
      `# cells\r\n../two.tif\r\n\r\n  ${folder}/one.tif  \n#../three.tif\n`,
    );
    assert.deepEqual(listSourceFiles(list), [
      { path: `${folder}/lists/../two.tif`, name: "../two.tif" },
      { path: `${folder}/one.tif`, name: `${folder}/one.tif` },
    ]);
  }));

Deno.test("listSourceFiles() takes a file as it is", () =>
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/cell.dat`, "");
    assert.deepEqual(listSourceFiles(`${folder}/cell.dat`), [
      { path: `${folder}/cell.dat`, name: "cell.dat" },
    ]);
  }));

Deno.test("listSourceFiles() says in one line what is missing", () =>
  inFolder((folder) => {
    assert.throws(() => listSourceFiles(folder), inputError(folder, "no images", "TIFF", "PNG"));
    assert.throws(() => listSourceFiles(`${folder}/no.tif`), inputError("no.tif", "no such file"));
    const list = `${folder}/train.txt`;
    Deno.writeTextFileSync(list, "# nothing\n\n");
    assert.throws(() => listSourceFiles(list), inputError(list, "names no files"));
    Deno.writeTextFileSync(list, "# cells\nlost.tif\n");
    assert.throws(() => listSourceFiles(list), inputError("lost.tif", `line 2 of ${list}`));
    Deno.writeTextFileSync(list, "train.txt\n");
    assert.throws(() => listSourceFiles(list), inputError(list, "line 1", "not an image"));
    Deno.writeTextFileSync(list, ".\n");
    assert.throws(() => listSourceFiles(list), inputError(list, "line 1", "not an image"));
  }));

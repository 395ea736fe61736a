import assert from "node:assert/strict";
import { InputError } from "../../../core/errors.ts";
import { createAtomicFile, writeFileAtomically } from "../../../core/io/atomic_file.ts";
import { createTiff } from "../../../core/io/tiff_writer.ts";

function inFolder(action: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    action(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function assertLine(action: () => void, pattern: RegExp): void {
  assert.throws(action, (error: unknown) => {
    assert.ok(error instanceof InputError, String(error));
    assert.match(error.message, pattern);
    assert.ok(!error.message.includes("\n"));
    return true;
  });
}

const INFO = { shape: [1, 1, 2, 2], frames: 1, pixelType: "uint8", metadata: {} } as const;

Deno.test("writeFileAtomically() replaces a file and what a link points to", () =>
  inFolder((folder) => {
    writeFileAtomically(`${folder}/a`, new Uint8Array([1, 2]));
    writeFileAtomically(`${folder}/a`, new Uint8Array([3]));
    assert.deepEqual([...Deno.readFileSync(`${folder}/a`)], [3]);
    Deno.symlinkSync(`${folder}/a`, `${folder}/link`);
    writeFileAtomically(`${folder}/link`, new Uint8Array([4]));
    assert.equal(Deno.lstatSync(`${folder}/link`).isSymlink, true);
    assert.deepEqual([...Deno.readFileSync(`${folder}/a`)], [4]);
    assert.deepEqual([...Deno.readDirSync(folder)].map((e) => e.name).sort(), ["a", "link"]);
  }));

Deno.test("createAtomicFile() says why a path cannot be written", () =>
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/file`, "");
    const make = (path: string) => () => createTiff(path, INFO);
    assertLine(make(folder), /^Cannot write .*: it is a folder; give a file name in it$/);
    assertLine(make(`${folder}/no/a.tif`), /its folder does not exist; create it first$/);
    assertLine(make(`${folder}/file/a.tif`), /a part of its path is a file/);
    assertLine(make(`${folder}/${"n".repeat(300)}.tif`), /too long/);
    if (Deno.build.os !== "windows") assertLine(make("/dev/full"), /a device or a pipe/);
    assert.deepEqual([...Deno.readDirSync(folder)].map((e) => e.name), ["file"]);
  }));

Deno.test("createAtomicFile() knows beforehand that the disk is too small", () =>
  inFolder((folder) => {
    const pattern = /^Cannot write .*: it needs 1000000\.0 GB, and the disk has .* GB left; free/;
    assertLine(() => createAtomicFile(`${folder}/a`, 1e15), pattern);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

/** A namespace of its own lets a test mount a small file system without being root. */
function canMount(): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    const script = "mount -t tmpfs -o size=64k tmpfs /tmp";
    const command = new Deno.Command("unshare", { args: ["-rm", "sh", "-c", script] });
    return command.outputSync().success;
  } catch {
    return false;
  }
}

const mountable = canMount();

/** What the probe reports of a file system of 64 kB, mounted with the options. */
function probe(state: "full" | "read-only"): string[] {
  const folder = Deno.makeTempDirSync();
  try {
    const script = new URL("full_disk_probe.ts", import.meta.url).pathname;
    const mount = `mount -t tmpfs -o size=64k${state === "full" ? "" : ",ro"} tmpfs "$1"`;
    const { stdout, stderr } = new Deno.Command("unshare", {
      args: [
        ...["-rm", "sh", "-c", `${mount} && exec "$2" run -A --quiet "$3" "$1" "$4"`, "sh"],
        ...[folder, Deno.execPath(), script, state],
      ],
    }).outputSync();
    const text = new TextDecoder().decode(stdout);
    assert.notEqual(text, "", new TextDecoder().decode(stderr));
    return JSON.parse(text);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test({
  name: "createTiff() leaves nothing on a full disk" +
    (mountable ? "" : " (ignored: unshare cannot mount a small file system here)"),
  ignore: !mountable,
  fn: () => {
    const [large, filled, files] = probe("full");
    assert.match(
      large,
      /^InputError: Cannot write .*large\.tif: it needs 13\d KB, and .* 66 KB left/,
    );
    assert.match(filled, /^InputError: Cannot write .*filled\.tif: the disk is full; free/);
    assert.equal(files, "other");
  },
});

Deno.test({
  name: "createTiff() says that the folder is not writable" +
    (mountable ? "" : " (ignored: unshare cannot mount a read-only file system here)"),
  ignore: !mountable,
  fn: () => {
    const [error, files] = probe("read-only");
    assert.match(error, /^InputError: Cannot write .*a\.tif: its file system is read-only; choose/);
    assert.equal(files, "");
  },
});

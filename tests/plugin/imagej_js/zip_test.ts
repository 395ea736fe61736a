import assert from "node:assert/strict";
import { deflateRawSync } from "node:zlib";
import { InputError } from "../../../core/errors.ts";
import { isZip, unzipFirst } from "../../../plugin/imagej_js/zip.ts";

/** A zip with one file; `packing` as Java writes it, or stored. */
function zipOf(name: string, data: Uint8Array, packing: "deflated" | "stored"): ArrayBuffer {
  const packed = packing === "deflated" ? new Uint8Array(deflateRawSync(data)) : data;
  const begin = 30 + name.length;
  const bytes = new Uint8Array(begin + packed.length + 46 + name.length + 22);
  const view = new DataView(bytes.buffer);
  const put = (at: number, values: readonly (readonly [offset: number, value: number])[]) => {
    for (const [offset, value] of values) view.setUint16(at + offset, value, true);
  };
  const method = packing === "deflated" ? 8 : 0;
  const title = new TextEncoder().encode(name);
  view.setUint32(0, 0x04034b50, true);
  put(0, [[8, method], [26, name.length]]);
  bytes.set(title, 30);
  bytes.set(packed, begin);
  const entry = begin + packed.length;
  view.setUint32(entry, 0x02014b50, true);
  put(entry, [[10, method], [20, packed.length], [24, data.length], [28, name.length]]);
  bytes.set(title, entry + 46);
  const end = entry + 46 + name.length;
  view.setUint32(end, 0x06054b50, true);
  put(end, [[8, 1], [10, 1], [12, 46 + name.length]]);
  view.setUint32(end + 16, entry, true);
  return bytes.buffer;
}

const DATA = Uint8Array.from({ length: 500 }, (_, i) => i % 7);

Deno.test("unzipFirst() reads stored and deflated files with their names", async () => {
  for (const packing of ["deflated", "stored"] as const) {
    const zip = zipOf("cell 1.tif", DATA, packing);
    assert.ok(isZip(zip));
    const { bytes, name } = await unzipFirst(zip, "cell.zip");
    assert.equal(name, "cell 1.tif");
    assert.deepEqual(new Uint8Array(bytes), DATA);
  }
});

Deno.test("unzipFirst() refuses what is no zip, was cut off, or holds damaged data", async () => {
  const zip = zipOf("cell.tif", DATA, "deflated");
  const damaged = zip.slice();
  new Uint8Array(damaged).fill(255, 38, 60);
  for (const bytes of [new ArrayBuffer(0), new ArrayBuffer(64), zip.slice(0, -30), damaged]) {
    await assert.rejects(unzipFirst(bytes, "cell.zip"), (error: unknown) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, /^cell.zip is no zip, or a damaged one; save the stack as TIFF$/);
      return true;
    });
  }
});

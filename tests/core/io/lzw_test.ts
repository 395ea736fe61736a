import assert from "node:assert/strict";
import { decodeLzw } from "../../../core/io/lzw.ts";
import { createRandom } from "../../../core/random.ts";

/** TIFF's LZW by the book: strings in a map, codes from the highest bit on, width grows early. */
function encodeLzw(data: Uint8Array): Uint8Array {
  const out: number[] = [];
  let bits = 0;
  let count = 0;
  const put = (code: number, width: number) => {
    for (let i = width - 1; i >= 0; i--) {
      bits = bits << 1 | code >> i & 1;
      if (++count === 8) {
        out.push(bits);
        bits = count = 0;
      }
    }
  };
  let table = new Map<string, number>();
  let next = 258;
  let width = 9;
  let prefix = "";
  const codeOf = (text: string) => text.length === 1 ? text.charCodeAt(0) : table.get(text)!;
  put(256, 9);
  for (const byte of data) {
    const longer = prefix + String.fromCharCode(byte);
    if (longer.length === 1 || table.has(longer)) {
      prefix = longer;
      continue;
    }
    put(codeOf(prefix), width);
    table.set(longer, next++);
    if (next === 4095) {
      put(256, width);
      table = new Map();
      next = 258;
      width = 9;
    } else if (next === 1 << width) width++;
    prefix = String.fromCharCode(byte);
  }
  if (prefix) {
    put(codeOf(prefix), width);
    // The decoder's table is one entry behind, and grows before the last code.
    if (next + 1 === 1 << width && width < 12) width++;
  }
  put(257, width);
  if (count > 0) put(0, 8 - count);
  return new Uint8Array(out);
}

const random = createRandom(3);
const INPUTS: Readonly<Record<string, Uint8Array>> = {
  "one byte": new Uint8Array([7]),
  "a long run": new Uint8Array(100_000).fill(9),
  "noise, which fills the table": Uint8Array.from({ length: 50_000 }, () => random.integer(256)),
  "a slope": Uint8Array.from({ length: 50_000 }, (_, i) => (i * i) >> 9),
};

for (const [name, data] of Object.entries(INPUTS)) {
  Deno.test(`decodeLzw() decodes ${name}`, () => {
    const target = new Uint8Array(data.length);
    assert.equal(decodeLzw(encodeLzw(data), target), data.length);
    assert.deepEqual(target, data);
  });
}

Deno.test("decodeLzw() stops where its target or its source ends", () => {
  const data = INPUTS["a slope"];
  const encoded = encodeLzw(data);
  const short = new Uint8Array(1000);
  assert.equal(decodeLzw(encoded, short), 1000);
  assert.deepEqual(short, data.subarray(0, 1000));
  const target = new Uint8Array(data.length);
  const written = decodeLzw(encoded.subarray(0, 500), target);
  assert.ok(written > 500 && written < data.length);
  assert.deepEqual(target.subarray(0, written), data.subarray(0, written));
});

Deno.test("decodeLzw() refuses codes that are not defined", () => {
  // 256 (clear), then 300, in 9 bits each: 100000000 100101100.
  const bytes = new Uint8Array([0b10000000, 0b01001011, 0b00000000]);
  assert.throws(() => decodeLzw(bytes, new Uint8Array(9)), /300 is not defined/);
});

import assert from "node:assert/strict";
import { InputError } from "../../../core/errors.ts";
import { decodeNpy, encodeNpy, readNpy, writeNpy } from "../../../core/io/npy.ts";

/** As NumPy writes it: magic number, version, header, numbers. */
function npy(header: string, numbers: Uint8Array, version = 1): Uint8Array {
  const text = new TextEncoder().encode(header.padEnd(117) + "\n");
  const length = version === 1 ? [text.length, 0] : [text.length, 0, 0, 0];
  return new Uint8Array(
    [...[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0], ...length, ...text, ...numbers],
  );
}

function doubles(values: readonly number[], littleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  values.forEach((v, i) => view.setFloat64(8 * i, v, littleEndian));
  return new Uint8Array(view.buffer);
}

Deno.test("decodeNpy() reads float64 in both byte orders and versions", () => {
  for (const [mark, little] of [["<", true], [">", false]] as const) {
    for (const version of [1, 2]) {
      const header = `{'descr': '${mark}f8', 'fortran_order': False, 'shape': (3, 1, 2), }`;
      const numbers = doubles([0, 0.1, -2, 1e300, 5, 6], little);
      const { data, shape } = decodeNpy(npy(header, numbers, version), "a.npy");
      assert.deepEqual(shape, [3, 1, 2]);
      assert.ok(data instanceof Float64Array);
      assert.deepEqual([...data], [0, 0.1, -2, 1e300, 5, 6]);
    }
  }
});

Deno.test("writeNpy() and readNpy() keep shapes and types", () => {
  const folder = Deno.makeTempDirSync();
  try {
    for (const shape of [[], [4], [2, 3], [1, 2, 3, 4]]) {
      const length = shape.reduce((a, b) => a * b, 1);
      for (const type of [Float32Array, Float64Array]) {
        const data = type.from(Array.from({ length }, (_, i) => i / 3));
        writeNpy(`${folder}/a.npy`, { data, shape });
        const read = readNpy(`${folder}/a.npy`);
        assert.deepEqual(read, { data, shape });
        const bytes = Deno.readFileSync(`${folder}/a.npy`);
        assert.equal((bytes.length - data.byteLength) % 64, 0, "numbers begin at a multiple of 64");
      }
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("decodeNpy() refuses other types, orders and files that are not whole", () => {
  const header = (type: string, order = "False", shape = "(2, 1)") =>
    `{'descr': '${type}', 'fortran_order': ${order}, 'shape': ${shape}, }`;
  const numbers = doubles([1, 2], true);
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [npy(header("<i8"), numbers), /numbers of the type "<i8"; save the array as float32/],
    [npy(header("<f2"), numbers), /numbers of the type "<f2"/],
    [npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", numbers), /record/],
    [npy(header("<f8", "True"), numbers), /Fortran order; .*ascontiguousarray/],
    [npy(header("<f8"), numbers.slice(0, 15)), /truncated: its numbers reach to byte 144/],
    [npy("nothing", numbers), /header is not NumPy's/],
    [new Uint8Array(100), /not a \.npy file/],
    [new Uint8Array([0x93, 0x4e]), /not a \.npy file/],
  ];
  for (const [bytes, pattern] of cases) {
    assert.throws(
      () => decodeNpy(bytes, "a.npy"),
      (error: unknown) => error instanceof InputError && pattern.test(error.message),
      String(pattern),
    );
  }
  const data = new Float32Array(3);
  assert.throws(() => encodeNpy({ data, shape: [2, 2] }), RangeError);
});

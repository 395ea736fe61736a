/**
 * TIFF files for tests, written without any code of core/io: whatever a test wants to be in them.
 */

/** Codes of the format: 1 byte, 2 text, 3 short, 4 long, 5 rational (two numbers each), 16 long8. */
export type TestTag = readonly [tag: number, type: number, values: readonly number[] | string];

export interface TestPage {
  readonly tags: readonly TestTag[];
  /** Strips or tiles; their offsets and lengths are added as tags. */
  readonly chunks: readonly Uint8Array[];
  /** @default "strips" */
  readonly layout?: "strips" | "tiles";
}

export interface TestFormat {
  /** @default "little" */
  readonly order?: "little" | "big";
  /** @default "classic" */
  readonly kind?: "classic" | "bigtiff";
}

const BYTES: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 16: 8 };

export function makeTiff(
  pages: readonly TestPage[],
  format: TestFormat = {},
): Uint8Array<ArrayBuffer> {
  const little = format.order !== "big";
  const big = format.kind === "bigtiff";
  const word = big ? 8 : 4;
  const bytes: number[] = [];
  const put = (value: number, size: number, at = bytes.length) => {
    const view = new DataView(new ArrayBuffer(8));
    if (size === 1) view.setUint8(0, value);
    if (size === 2) view.setUint16(0, value, little);
    if (size === 4) view.setUint32(0, value, little);
    if (size === 8) view.setBigUint64(0, BigInt(value), little);
    for (let i = 0; i < size; i++) bytes[at + i] = view.getUint8(i);
  };
  const mark = little ? 0x49 : 0x4d;
  bytes.push(mark, mark);
  put(big ? 43 : 42, 2);
  if (big) {
    put(8, 2);
    put(0, 2);
  }
  let link = bytes.length;
  put(0, word);
  for (const page of pages) {
    const offsets = page.chunks.map((chunk) => {
      const at = bytes.length;
      for (const byte of chunk) bytes.push(byte);
      return at;
    });
    const tiles = page.layout === "tiles";
    const tags: TestTag[] = [
      ...page.tags,
      [tiles ? 324 : 273, big ? 16 : 4, offsets],
      [tiles ? 325 : 279, 4, page.chunks.map((chunk) => chunk.length)],
    ];
    // A tag that the test sets itself wins over the one added here.
    const unique = new Map([...tags].reverse().map((tag) => [tag[0], tag]));
    const sorted = [...unique.values()].sort((a, b) => a[0] - b[0]);
    const values = sorted.map(([, type, value]) => {
      const numbers = typeof value === "string"
        ? [...new TextEncoder().encode(value + "\0")]
        : value;
      const at = bytes.length;
      const count = numbers.length / (type === 5 ? 2 : 1);
      if (count * BYTES[type] > word) {
        for (const n of numbers) put(n, type === 5 ? 4 : BYTES[type]);
        return { count, at, numbers: undefined };
      }
      return { count, at: 0, numbers };
    });
    put(bytes.length, word, link);
    put(sorted.length, big ? 8 : 2);
    sorted.forEach(([tag, type], i) => {
      const { count, at, numbers } = values[i];
      put(tag, 2);
      put(type, 2);
      put(count, word);
      const start = bytes.length;
      if (numbers === undefined) put(at, word);
      else numbers.forEach((n) => put(n, type === 5 ? 4 : BYTES[type]));
      while (bytes.length < start + word) bytes.push(0);
    });
    link = bytes.length;
    put(0, word);
  }
  return new Uint8Array(bytes);
}

/** Tags of a grey page of unsigned integers, with any of them replaced. */
export function greyTags(
  width: number,
  height: number,
  replaced: Readonly<Record<number, TestTag>> & { readonly bits?: number } = {},
): TestTag[] {
  const tags: TestTag[] = [
    [256, 4, [width]],
    [257, 4, [height]],
    [258, 3, [replaced.bits ?? 16]],
    [259, 3, [1]],
    [262, 3, [1]],
    [277, 3, [1]],
    [278, 4, [height]],
  ];
  const known = tags.map((tag) => replaced[tag[0]] ?? tag);
  const added = Object.values(replaced).filter((tag): tag is TestTag =>
    Array.isArray(tag) && !tags.some(([number]) => number === tag[0])
  );
  return [...known, ...added];
}

/** 16-bit numbers as bytes. */
export function shorts(values: readonly number[], order: "little" | "big" = "little"): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * values.length));
  values.forEach((v, i) => view.setUint16(2 * i, v, order === "little"));
  return new Uint8Array(view.buffer);
}

/** `count` planes of `size` 16-bit numbers, all different. */
export function countingPlanes(
  count: number,
  size: number,
  order: "little" | "big" = "little",
): Uint8Array[] {
  return Array.from(
    { length: count },
    (_, plane) => shorts(Array.from({ length: size }, (_, i) => plane * size + i), order),
  );
}

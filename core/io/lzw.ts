/**
 * LZW as TIFF uses it (Adobe, "TIFF Revision 6.0", 1992, section 13).
 *
 * @module
 */

const CLEAR = 256;
const END = 257;
const FIRST_FREE = 258;

/**
 * Decodes into `target` and returns the number of bytes that were written, at most its length.
 *
 * Every code stands for a string that has already been written: the table keeps where it starts and
 * how long it is, and decoding copies within the output.
 *
 * @throws {RangeError} on codes that no encoder writes.
 */
export function decodeLzw(source: Uint8Array, target: Uint8Array): number {
  const starts = new Uint32Array(4096);
  const lengths = new Uint32Array(4096);
  let width = 9;
  let next = FIRST_FREE;
  let previousStart = -1;
  let previousLength = 0;
  let bits = 0;
  let bitCount = 0;
  let written = 0;
  let read = 0;
  while (written < target.length) {
    while (bitCount < width && read < source.length) {
      bits = (bits << 8 | source[read++]) & 0xffffff;
      bitCount += 8;
    }
    if (bitCount < width) break;
    const code = bits >> (bitCount - width) & ((1 << width) - 1);
    bitCount -= width;
    if (code === END) break;
    if (code === CLEAR) {
      width = 9;
      next = FIRST_FREE;
      previousStart = -1;
      continue;
    }
    const start = written;
    if (code < CLEAR) {
      target[written++] = code;
    } else {
      // The newest code may be the one that this step is about to define: its string is the
      // previous one and its own first byte, and the copy below reads what it has just written.
      const known = code < next;
      if (previousStart < 0 || (!known && code !== next)) {
        throw new RangeError(`LZW code ${code} is not defined yet`);
      }
      const from = known ? starts[code] : previousStart;
      const length = known ? lengths[code] : previousLength + 1;
      const end = Math.min(written + length, target.length);
      for (let i = from; written < end; i++) target[written++] = target[i];
    }
    if (previousStart >= 0 && next < 4096) {
      starts[next] = previousStart;
      lengths[next] = previousLength + 1;
      next++;
      // The width grows one code early.
      if (next >= (1 << width) - 1 && width < 12) width++;
    }
    previousStart = start;
    previousLength = written - start;
  }
  return written;
}

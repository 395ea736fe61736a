import assert from "node:assert/strict";
import { deflateSync, zstdCompressSync } from "node:zlib";
import { createChunkCache } from "../../../core/io/chunk_cache.ts";
import { decodeByGeotiff, decodeChunk } from "../../../core/io/tiff_codec.ts";

const data = Uint8Array.from({ length: 5000 }, (_, i) => i * i >> 7);
const deflated = new Uint8Array(deflateSync(data));

const ENCODING = {
  pixelType: "uint8",
  littleEndian: true,
  compression: 8,
  predictor: 1,
  width: 100,
  rows: 50,
} as const;

Deno.test("decodeByGeotiff() inflates where there is no zlib", async () => {
  assert.deepEqual(await decodeByGeotiff(deflated, ENCODING), data);
  const padded = new Uint8Array([...deflated, 0, 0, 0]);
  assert.deepEqual(await decodeByGeotiff(padded, ENCODING), data);
  await assert.rejects(decodeByGeotiff(new Uint8Array([1, 2, 3, 4]), ENCODING));
});

Deno.test("decodeByGeotiff() decodes zstd where there is no zlib", async () => {
  const bytes = new Uint8Array(zstdCompressSync(data));
  assert.deepEqual(await decodeByGeotiff(bytes, { ...ENCODING, compression: 50000 }), data);
});

Deno.test("decodeChunk() takes padded deflate strips", async () => {
  const samples = await decodeChunk(new Uint8Array([...deflated, 0, 0]), ENCODING);
  assert.deepEqual(new Uint8Array(samples), data);
});

Deno.test("createChunkCache() keeps the latest used chunks within its limit", () => {
  const cache = createChunkCache(20);
  const decoded: number[] = [];
  const take = (key: number, bytes = 10) =>
    cache.take(key, bytes, () => {
      decoded.push(key);
      return new Uint8Array(bytes);
    });
  take(1);
  take(2);
  take(1);
  take(3);
  take(1);
  assert.deepEqual(decoded, [1, 2, 3]);
  take(2);
  assert.deepEqual(decoded, [1, 2, 3, 2]);
  // What is larger than the limit is not kept and drops nothing.
  take(9, 21);
  take(9, 21);
  take(1);
  assert.deepEqual(decoded, [1, 2, 3, 2, 9, 9]);
  cache.clear();
  take(1);
  assert.equal(decoded.length, 7);
});

Deno.test("createChunkCache() decodes once for two readers and forgets failures", async () => {
  const cache = createChunkCache(100);
  let count = 0;
  const fail = () => {
    count++;
    return Promise.reject(new Error("damaged"));
  };
  const [a, b] = [cache.take(1, 10, fail), cache.take(1, 10, fail)];
  await assert.rejects(Promise.resolve(a), /damaged/);
  await assert.rejects(Promise.resolve(b), /damaged/);
  assert.equal(count, 1);
  await assert.rejects(Promise.resolve(cache.take(1, 10, fail)), /damaged/);
  assert.equal(count, 2);
});

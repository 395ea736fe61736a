import assert from "node:assert/strict";
import { InputError } from "../../../core/errors.ts";
import { isOmeDescription, parseOmeMetadata } from "../../../core/io/ome_metadata.ts";

function ome(pixels: string, content = "", root = ""): string {
  return `<?xml version="1.0"?><!-- <Pixels SizeC="9"/> --><OME ${root}><Image ID="Image:0">` +
    `<Pixels ID="Pixels:0" ${pixels}>${content}</Pixels></Image></OME>`;
}

const SIZES = 'SizeX="4" SizeY="3" SizeC="2" SizeZ="3" SizeT="2"';

function parse(xml: string, pageCount = 12) {
  return parseOmeMetadata(xml, { name: "a.ome.tif", pageCount });
}

/** The page of (c, z, t) in an order of axes, by counting. */
function pagesIn(order: string): number[] {
  const sizes: Record<string, number> = { C: 2, Z: 3, T: 2 };
  const pages = new Array<number>(12);
  let page = 0;
  const [a, b, c] = order;
  for (let k = 0; k < sizes[c]; k++) {
    for (let j = 0; j < sizes[b]; j++) {
      for (let i = 0; i < sizes[a]; i++) {
        const at: Record<string, number> = { [a]: i, [b]: j, [c]: k };
        pages[(at.T * 3 + at.Z) * 2 + at.C] = page++;
      }
    }
  }
  return pages;
}

Deno.test("parseOmeMetadata() follows every DimensionOrder", () => {
  for (const order of ["CZT", "CTZ", "ZCT", "ZTC", "TCZ", "TZC"]) {
    const { pages } = parse(ome(`DimensionOrder="XY${order}" ${SIZES}`));
    assert.deepEqual(pages, pagesIn(order), order);
  }
});

Deno.test("parseOmeMetadata() follows TiffData elements plane by plane", () => {
  // Planes of two channels in the reverse order of their pages.
  const content = Array.from({ length: 12 }, (_, page) => {
    const n = 11 - page;
    return `<TiffData FirstC="${n % 2}" FirstZ="${(n >> 1) % 3}" FirstT="${
      Math.floor(n / 6)
    }" IFD="${page}" PlaneCount="1"/>`;
  }).join("");
  const { pages } = parse(ome(`DimensionOrder="XYCZT" ${SIZES}`, content));
  assert.deepEqual(pages, Array.from({ length: 12 }, (_, n) => 11 - n));
  const runs = '<TiffData IFD="6" PlaneCount="6"/><TiffData FirstT="1" PlaneCount="6"/>';
  assert.deepEqual(
    parse(ome(`DimensionOrder="XYCZT" ${SIZES}`, runs)).pages,
    [6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5],
  );
});

Deno.test("parseOmeMetadata() reads units, names and colours", () => {
  const size = 'PhysicalSizeX="98" PhysicalSizeXUnit="nm" PhysicalSizeY="0.098" ' +
    'PhysicalSizeZ="203" PhysicalSizeZUnit="nm" TimeIncrement="2" TimeIncrementUnit="min"';
  const channels = '<Channel Name="a &lt;b&gt; &#181;"/><Channel Color="-16776961"></Channel>';
  const parsed = parse(ome(`DimensionOrder="XYCZT" ${SIZES} ${size}`, channels));
  const { x, y, z } = parsed.voxelSizeUm!;
  assert.ok(Math.abs(x - 0.098) < 1e-15 && y === 0.098 && Math.abs(z - 0.203) < 1e-15);
  assert.equal(parsed.frameIntervalS, 120);
  assert.deepEqual(parsed.channelNames, ["a <b> \u00b5", ""]);
  // 0xff0000ff: red, opaque.
  assert.deepEqual(parsed.channelColors, [undefined, [255, 0, 0]]);
});

Deno.test("parseOmeMetadata() does not guess a voxel size", () => {
  const order = 'DimensionOrder="XYCZT"';
  assert.equal(parse(ome(`${order} ${SIZES} PhysicalSizeX="1"`)).voxelSizeUm, undefined);
  const xy = 'PhysicalSizeX="0.1" PhysicalSizeY="0.1"';
  assert.equal(parse(ome(`${order} ${SIZES} ${xy}`)).voxelSizeUm, undefined);
  const pixel = `${xy} PhysicalSizeZ="1" PhysicalSizeZUnit="reference frame"`;
  assert.equal(parse(ome(`${order} ${SIZES} ${pixel}`)).voxelSizeUm, undefined);
  const flat = ome(`${order} SizeC="1" SizeZ="1" SizeT="1" ${xy}`);
  assert.deepEqual(parse(flat).voxelSizeUm, { x: 0.1, y: 0.1, z: 1 });
});

Deno.test("parseOmeMetadata() takes a renamed file for its own", () => {
  const data = '<TiffData IFD="0" PlaneCount="12"><UUID FileName="old.tif">urn:uuid:1</UUID>' +
    "</TiffData>";
  const order = `DimensionOrder="XYCZT" ${SIZES}`;
  assert.equal(parse(ome(order, data, 'UUID="urn:uuid:1"')).pages.length, 12);
  assert.equal(parse(ome(order, data)).pages.length, 12);
});

Deno.test("parseOmeMetadata() refuses planes that are elsewhere", () => {
  const order = `DimensionOrder="XYCZT" ${SIZES}`;
  const uuid = (n: number) =>
    `<TiffData IFD="0"><UUID FileName="part${n}.tif">urn:uuid:${n}</UUID></TiffData>`;
  const cases: readonly (readonly [xml: string, pages: number, RegExp])[] = [
    [ome(order), 11, /OME-TIFF of 12 planes, 1 of which are not in this file \(it has 11 pages\)/],
    [ome(order, uuid(1) + uuid(2), 'UUID="urn:uuid:1"'), 12, /other files too \(part2\.tif\)/],
    [ome(order, uuid(1) + uuid(2) + uuid(3)), 12, /\(part1\.tif and 2 more\)/],
    ['<OME><BinaryOnly MetadataFile="all.ome"/></OME>', 12, /description is in another file/],
    ["<OME></OME>", 12, /without a description of its pixels/],
    [ome(order) + ome(order), 12, /OME-TIFF of 2 images/],
    [ome('DimensionOrder="XYCZT" SizeC="2"'), 12, /SizeZ is ""/],
    [ome(`DimensionOrder="CZTXY" ${SIZES}`), 12, /DimensionOrder "CZTXY"/],
  ];
  for (const [xml, pages, pattern] of cases) {
    assert.ok(isOmeDescription(xml));
    assert.throws(() => parse(xml, pages), (error: unknown) => {
      assert.ok(error instanceof InputError, String(error));
      assert.match(error.message, /^a\.ome\.tif (is|has) /);
      assert.match(error.message, pattern);
      return true;
    });
  }
});

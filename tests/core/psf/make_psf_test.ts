import assert from "node:assert/strict";
import { InputError } from "../../../core/errors.ts";
import { encodeTiff, writeVolume } from "../../../core/io/tiff_writer.ts";
import { createPsf } from "../../../core/psf/create_psf.ts";
import { describePsf } from "../../../core/psf/describe_psf.ts";
import { measureFwhmNm } from "../../../core/psf/fwhm.ts";
import { makePsf } from "../../../core/psf/make_psf.ts";
import type { PsfOptics } from "../../../core/psf/optics.ts";
import type { PsfRequest } from "../../../core/psf/psf_request.ts";
import { createVolume, sizeOf, type Volume } from "../../../core/volume.ts";
import { BEAD_VOXEL_NM, createBeadStack } from "./bead_stack.ts";

const optics: PsfOptics = { model: "richards-wolf", wavelengthsNm: [520], numericalAperture: 1.3 };
const computed: PsfRequest = { source: { kind: "optics", optics }, optics };
const voxelSizeNm = { x: 98, y: 98, z: 203 };

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await work(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const sumOf = ({ data }: Volume) => data.reduce((sum, value) => sum + value, 0);

Deno.test("makePsf() with a stack takes its voxel and a size that holds 99 % of the light", () =>
  withFolder(async (folder) => {
    const likePath = `${folder}/stack.tif`;
    writeVolume(likePath, createVolume([1, 16, 90, 100], undefined, { x: 0.1, y: 0.1, z: 0.25 }));
    const made = await makePsf({ ...computed, likePath });
    const [depth, height, width] = sizeOf(made.psf.shape);
    assert.ok(depth <= 15 && height === width && width < 90, `${made.psf.shape}`);
    assert.ok(made.energies![0] >= 0.99);
    assert.ok(Math.abs(made.psf.voxelSizeUm!.z - 0.25) < 1e-9);
    assert.ok(Math.abs(sumOf(made.psf) - 1) < 1e-5);
    assert.deepEqual(made.warnings, []);
    const deeper = await makePsf({ ...computed, likePath, size: [21, 31, 31] });
    assert.match(
      deeper.warnings.join(),
      /31 x 31 x 21\) is deeper than the stack \(100 x 90 x 16\)/,
    );
    const other = await makePsf({ ...computed, likePath, voxelSizeNm });
    assert.match(other.warnings[0], /says a voxel of 100x100x250 nm; --voxel is taken instead/);
    assert.ok(Math.abs(other.psf.voxelSizeUm!.x - 0.098) < 1e-9);
  }));

Deno.test("makePsf() says in one line what is missing, and which file does not say its voxel", () =>
  withFolder(async (folder) => {
    const bare = `${folder}/bare.tif`;
    writeVolume(bare, createVolume([1, 3, 9, 9], new Float32Array(243).fill(1)));
    const cases: readonly (readonly [PsfRequest, RegExp])[] = [
      [{ ...computed, size: [3, 9, 9] }, /needs a voxel size: give --voxel/],
      [{ ...computed, voxelSizeNm }, /needs a size: give --size/],
      [{ ...computed, likePath: bare }, /bare.tif does not say its voxel size; .* --voxel/],
      [{ source: { kind: "file", path: bare } }, /bare.tif does not say .* --source-voxel/],
      [{ source: { kind: "beads", path: bare } }, /bare.tif does not say .* --source-voxel/],
      [
        { ...computed, voxelSizeNm, size: [3, 8, 8], centre: "middle", energy: 0.9 },
        /keeps a voxel as its centre/,
      ],
      [{ ...computed, likePath: `${folder}/none.tif` }, /none.tif: there is no such file/],
    ];
    for (const [request, message] of cases) {
      await assert.rejects(makePsf(request), (error) => {
        assert.ok(error instanceof InputError, `${error}`);
        assert.match(error.message, message);
        return true;
      });
    }
  }));

Deno.test("makePsf() brings a file that is off its centre into the image's voxels", () =>
  withFolder(async (folder) => {
    const path = `${folder}/measured.tif`;
    const source = createPsf(optics, {
      size: [30, 80, 80],
      voxelSizeNm: { x: 60, y: 60, z: 100 },
      centre: "middle",
    });
    writeVolume(path, source);
    const request: PsfRequest = {
      source: { kind: "file", path },
      voxelSizeNm: { x: 90, y: 90, z: 200 },
    };
    const { psf, foundCentres } = await makePsf(request);
    foundCentres![0].forEach((c, axis) => assert.ok(Math.abs(c - [14.5, 39.5, 39.5][axis]) < 1e-3));
    const size = sizeOf(psf.shape);
    const top = psf.data.reduce((best, v, i) => v > psf.data[best] ? i : best, 0);
    assert.equal(
      top,
      (size[0] >> 1) * size[1] * size[2] + (size[1] >> 1) * size[2] + (size[2] >> 1),
    );
    const [before, after] = [measureFwhmNm(source), measureFwhmNm(psf)];
    for (const axis of ["x", "y", "z"] as const) {
      assert.ok(Math.abs(after[axis]! / before[axis]! - 1) < 0.01, axis);
    }
    const cropped = await makePsf({ ...request, size: [8, 21, 20] });
    assert.deepEqual(sizeOf(cropped.psf.shape), [8, 21, 20]);
    assert.ok(Math.abs(sumOf(cropped.psf) - 1) < 1e-5);
    await assert.rejects(makePsf({ ...request, size: [99, 9, 9] }), /give a smaller --size/);
  }));

Deno.test("makePsf() says that a file with a camera's offset is no PSF yet", () =>
  withFolder(async (folder) => {
    const path = `${folder}/offset.tif`;
    const psf = createPsf(optics, { size: [5, 21, 21], voxelSizeNm, normalization: "peak" });
    psf.data.forEach((value, i) => psf.data[i] = 100 + 900 * value);
    writeVolume(path, psf);
    const { warnings } = await makePsf({ source: { kind: "file", path } });
    assert.match(warnings.join(), /offset.tif has 10 % of its peak at its sides/);
  }));

Deno.test("makePsf() of a bead stack in 16 bits averages, reports, and fits the image's voxels", () =>
  withFolder(async (folder) => {
    const path = `${folder}/beads.tif`;
    const stack = createBeadStack(
      [
        { at: [14, 30.2, 30.4], peak: 900 },
        { at: [14.4, 30, 80.6], peak: 1000 },
        { at: [14, 5, 55], peak: 1000 },
      ],
      { size: [29, 62, 110], optics, noise: 4 },
    );
    writeVolume(path, stack, { pixelType: "uint16" });
    const request: PsfRequest = { source: { kind: "beads", path }, size: [9, 17, 16], voxelSizeNm };
    const made = await makePsf(request);
    assert.deepEqual(sizeOf(made.psf.shape), [9, 17, 16]);
    assert.equal(made.beads![0].used.length, 2);
    const report = describePsf(made, request).join("\n");
    assert.match(report, /^16 x 17 x 9 voxels of 98 x 98 x 203 nm, 1 channel, sum 1 per channel$/m);
    assert.match(report, /centre at voxel 8, 8, 4 .*later of the two middle voxels along x/);
    assert.match(report, /FWHM x \d+ nm, y \d+ nm, z \d+ nm/);
    assert.match(report, /2 of 3 beads averaged; left out: 1 at the border/);
    const known = createPsf(optics, { size: [15, 31, 31], voxelSizeNm: BEAD_VOXEL_NM });
    const [measured, expected] = [measureFwhmNm(made.psf), measureFwhmNm(known)];
    for (const axis of ["x", "y", "z"] as const) {
      assert.ok(Math.abs(measured[axis]! / expected[axis]! - 1) < 0.03, axis);
    }
  }));

Deno.test("makePsf() refuses a bead stack with NaN, and knows an 8-bit camera's saturation", () =>
  withFolder(async (folder) => {
    const bead = createBeadStack([{ at: [14, 30, 30], peak: 200 }], {
      size: [29, 60, 60],
      optics,
      noise: 1,
    });
    bead.data.forEach((value, i) => bead.data[i] = value - 140);
    const path = `${folder}/beads.tif`;
    const info = { shape: bead.shape, frames: 1, voxelSizeUm: bead.voxelSizeUm, metadata: {} };
    Deno.writeFileSync(path, encodeTiff({ ...info, pixelType: "uint8" }, bead.data));
    await assert.rejects(
      makePsf({ source: { kind: "beads", path }, size: [15, 21, 21] }),
      /none that can be used \(1 saturated\)/,
    );
    bead.data[100] = NaN;
    writeVolume(path, bead);
    await assert.rejects(makePsf({ source: { kind: "beads", path } }), /has 1 voxel that is NaN/);
  }));

Deno.test("makePsf() tells of rays that do not leave the sample and of a focus elsewhere", async () => {
  const deep: PsfOptics = {
    model: "gibson-lanni",
    wavelengthsNm: [450],
    numericalAperture: 1.4,
    depthNm: 2000,
  };
  const request: PsfRequest = {
    source: { kind: "optics", optics: deep },
    size: [13, 27, 27],
    voxelSizeNm: { x: 80, y: 80, z: 203 },
  };
  const { warnings } = await makePsf(request);
  assert.match(warnings[0], /^NA 1.4 is above the sample's index 1.33/);
  assert.match(
    warnings[1],
    /^the focus lies -2\d\d\d nm from the middle plane, outside the volume/,
  );
  const focused = { ...deep, focus: "brightest" } as const;
  const moved = await makePsf({ ...request, source: { kind: "optics", optics: focused } });
  assert.equal(moved.warnings.length, 1);
});

import assert from "node:assert/strict";
import { UsageError } from "../../../core/errors.ts";
import { parseOption, psfOptions } from "../../../core/options.ts";
import type { GibsonLanniOptics } from "../../../core/psf/optics.ts";
import {
  checkPresetOptions,
  createPsfRequest,
  type PsfCommandOptions,
} from "../../../core/psf/psf_request.ts";

/** The options as the command line hands them on: defaults, and what was typed. */
function ask(typed: Partial<PsfCommandOptions>) {
  const options: Record<string, unknown> = { ...typed };
  for (const [name, spec] of Object.entries(psfOptions)) {
    if ("default" in spec) options[name] ??= parseOption(spec, spec.default);
  }
  const given = new Set(Object.keys(typed));
  return createPsfRequest(options as unknown as PsfCommandOptions, given);
}

const lens = { wavelength: [520], na: 1.2 };

Deno.test("createPsfRequest() fills Gibson & Lanni's layers from the option table", () => {
  const { source, optics } = ask({ optics: "gibson-lanni", ...lens, depth: 500 });
  assert.equal(source.kind, "optics");
  const layers = optics as GibsonLanniOptics;
  assert.equal(layers.depthNm, 500);
  assert.equal(layers.sampleIndex, 1.33);
  assert.equal(layers.coverslipThicknessUm, 170);
  assert.equal(layers.immersionDesignIndex, undefined);
});

Deno.test("createPsfRequest() keeps optics beside beads and files for the warning about Nyquist", () => {
  const { source, optics } = ask({ from: "beads.tif", ...lens });
  assert.deepEqual(source, { kind: "beads", path: "beads.tif" });
  assert.equal(optics?.numericalAperture, 1.2);
  assert.equal(ask({ resample: "psf.tif" }).optics, undefined);
});

const BAD: readonly (readonly [Partial<PsfCommandOptions>, RegExp])[] = [
  [{}, /needs something to make the PSF from/],
  [{ optics: "born-wolf", from: "beads.tif", ...lens }, /--optics and --from exclude each other/],
  [{ optics: "born-wolf", wavelength: [520] }, /need their --na/],
  [{ optics: "born-wolf", na: 1.2 }, /need their --wavelength/],
  [{ from: "beads.tif", na: 1.2 }, /need their --wavelength/],
  [{ optics: "born-wolf", ...lens, depth: 5 }, /--depth belongs to --optics gibson-lanni/],
  [
    { from: "beads.tif", coverslipIndex: 1.5 },
    /--coverslip-index belongs to --optics gibson-lanni/,
  ],
  [{ resample: "psf.tif", oversampling: 3 }, /--oversampling belongs to --optics/],
  [
    { optics: "gaussian", ...lens, sourceVoxel: { x: 98, y: 98, z: 203 } },
    /--source-voxel belongs to --from and --resample/,
  ],
];

for (const [options, message] of BAD) {
  Deno.test(`createPsfRequest() refuses ${Object.keys(options).join(", ") || "nothing"}`, () => {
    assert.throws(() => ask(options), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, message);
      return true;
    });
  });
}

Deno.test("checkPresetOptions() refuses what would change a preset", () => {
  checkPresetOptions(new Set(["preset", "normalization"]));
  assert.throws(
    () => checkPresetOptions(new Set(["preset", "na"])),
    /--na cannot change a preset; leave it out/,
  );
});

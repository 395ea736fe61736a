import assert from "node:assert/strict";
import { besselJ0, besselJ1, besselJ2From } from "../../../core/psf/bessel.ts";
import { besselByTrapezoid } from "./brute_force.ts";

Deno.test("besselJ0(), besselJ1() and besselJ2From() match Bessel's integral within 1e-10 up to 400", () => {
  for (let x = 0; x <= 400; x += 0.173) {
    const j0 = besselJ0(x);
    const j1 = besselJ1(x);
    assert.ok(Math.abs(j0 - besselByTrapezoid(0, x)) < 1e-10, `J0(${x})`);
    assert.ok(Math.abs(j1 - besselByTrapezoid(1, x)) < 1e-10, `J1(${x})`);
    assert.ok(Math.abs(besselJ2From(x, j0, j1) - besselByTrapezoid(2, x)) < 1e-10, `J2(${x})`);
  }
});

Deno.test("besselJ0() is even and besselJ1() odd, on both sides of the crossover", () => {
  for (const x of [0.5, 11.999, 12, 50]) {
    assert.equal(besselJ0(-x), besselJ0(x));
    assert.equal(besselJ1(-x), -besselJ1(x));
  }
});

Deno.test("besselJ0() has no step where the series hands over to the expansion", () => {
  assert.ok(Math.abs(besselJ0(12 - 1e-12) - besselJ0(12)) < 1e-10);
  assert.ok(Math.abs(besselJ1(40 - 1e-12) - besselJ1(40)) < 1e-10);
});

// Ten steps of torch.optim.Adam are part of the golden step (tests/core/twb/golden_step_test.ts).
import assert from "node:assert/strict";
import { createAdam, updateAdam } from "../../../core/optimizer/adam.ts";

Deno.test("updateAdam() moves by the learning rate against a first gradient of any size", () => {
  const gradients = Float64Array.of(1e-3, -5, 1e4);
  const { parameters, step } = updateAdam(createAdam(new Float64Array(3)), gradients, {
    learningRate: 0.1,
  });
  for (const [i, sign] of [-1, 1, -1].entries()) {
    assert.ok(Math.abs(parameters[i] - sign * 0.1) < 2e-6, `parameter ${i} is ${parameters[i]}`);
  }
  assert.equal(step, 1);
});

Deno.test("updateAdam() leaves the old state as it was", () => {
  const before = createAdam(Float64Array.of(1, 2));
  const first = updateAdam(before, Float64Array.of(1, 1), { learningRate: 0.1 });
  const copy = structuredClone(first);
  updateAdam(first, Float64Array.of(-3, 2), { learningRate: 0.1 });
  assert.deepEqual(first, copy);
  assert.deepEqual(before, createAdam(Float64Array.of(1, 2)));
});

Deno.test("updateAdam() finds the minimum of a quadratic", () => {
  let state = createAdam(Float64Array.of(3, -4));
  for (let i = 0; i < 500; i++) {
    const [a, b] = state.parameters;
    state = updateAdam(state, Float64Array.of(2 * (a - 1), 20 * (b - 2)), { learningRate: 0.05 });
  }
  assert.ok(Math.hypot(state.parameters[0] - 1, state.parameters[1] - 2) < 1e-3);
});

/**
 * The loop of every iterative method: its end, its progress, its interruption.
 *
 * @module
 */
import type { Engine, Field } from "../compute/engine.ts";
import { CancelledError } from "../errors.ts";
import type { ChannelInput } from "./create_method.ts";

/** Milliseconds after which the event loop gets its turn: signals and progress need it. */
const TURN_MS = 50;

/** Calls `step` with 1, 2, ... until it says "converged" or `iterations` are done. */
export async function iterate(
  { iterations, signal, onIteration }: Pick<ChannelInput, "iterations" | "signal" | "onIteration">,
  step: (iteration: number) => Promise<"converged" | "continue">,
): Promise<void> {
  let turn = performance.now();
  for (let i = 1; i <= iterations; i++) {
    if (signal?.aborted) throw new CancelledError("The restoration was stopped");
    const state = await step(i);
    onIteration?.(i, iterations);
    if (state === "converged") return;
    if (performance.now() - turn > TURN_MS) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      turn = performance.now();
    }
  }
}

/** ||next - previous|| / ||next||; `previous` becomes the difference. */
export async function relativeChange(
  engine: Engine,
  next: Field,
  previous: Field,
): Promise<number> {
  engine.combine(previous, [[1, next], [-1, previous]]);
  const [change, scale] = [await engine.dot(previous, previous), await engine.dot(next, next)];
  return scale === 0 ? 0 : Math.sqrt(change / scale);
}

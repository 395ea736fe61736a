/**
 * Two stacks that are compared have to be of one shape.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { formatSize, type Volume } from "../volume.ts";

/** @throws {InputError} naming both shapes when they differ. */
export function assertSameShape(restored: Volume, target: Volume): void {
  if (restored.shape.every((n, axis) => n === target.shape[axis])) return;
  throw new InputError(
    `Cannot compare a stack of ${describeShape(restored)} with a target of ` +
      `${describeShape(target)}; give stacks of one size`,
  );
}

function describeShape({ shape }: Volume): string {
  return `${formatSize(shape)} (${shape[0]} channel${shape[0] === 1 ? "" : "s"})`;
}

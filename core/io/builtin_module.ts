/**
 * Node's built-in modules where the host has them. A static import of `node:zlib` would keep the
 * code that only prefers it out of a browser's bundle.
 *
 * @module
 */

interface BuiltinModules {
  readonly "node:zlib": typeof import("node:zlib");
  readonly "node:fs": typeof import("node:fs");
}

/** The module, or undefined in a browser. */
export function builtinModule<N extends keyof BuiltinModules>(
  name: N,
): BuiltinModules[N] | undefined {
  const host = globalThis as {
    process?: { getBuiltinModule?: (name: string) => unknown };
  };
  return host.process?.getBuiltinModule?.(name) as BuiltinModules[N] | undefined;
}

import process from "node:process";

/** One round of something; returns the milliseconds that count. */
export type Round = () => number | Promise<number>;

/** The milliseconds that `body` takes. */
export async function timed(body: () => unknown): Promise<number> {
  const begin = performance.now();
  await body();
  return performance.now() - begin;
}

/**
 * The milliseconds of CPU time that `body` takes. On one thread of an idle machine that is the time
 * that passes; on a busy one it leaves out the waiting for a core.
 */
export async function cpuTimed(body: () => unknown): Promise<number> {
  const begin = process.cpuUsage();
  await body();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1000;
}

/**
 * The least milliseconds of every contestant. They take turns, so that what else the machine does
 * meets all of them; the least of many rounds is what the work itself takes.
 */
export async function leastOf<K extends string>(
  contestants: Readonly<Record<K, Round | undefined>>,
  rounds: number,
): Promise<Record<K, number>> {
  const least = {} as Record<K, number>;
  const entries = Object.entries(contestants) as [K, Round | undefined][];
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of entries) {
      if (run) least[name] = Math.min(least[name] ?? Infinity, await run());
    }
  }
  return least;
}

/** Largest resident set of a process so far, in bytes (Linux only; undefined elsewhere). */
export function peakResidentBytes(pid: number | "self" = "self"): number | undefined {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) * 1024;
  } catch {
    return undefined;
  }
}

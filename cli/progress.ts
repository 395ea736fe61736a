/**
 * Progress on standard error: one line that is written over on a terminal, a line now and then
 * elsewhere.
 *
 * @module
 */

/** Shows how far a work is, and about how long it will still take. */
export interface Progress {
  update(fraction: number, text: string): void;
  /** A line that stays, above the progress. */
  message(text: string): void;
  done(): void;
}

/** Seconds between two lines where the output is no terminal. */
const LINE_INTERVAL = 10;

/** Progress from now on; `mode` "quiet" shows nothing but messages. */
export function createProgress(mode: "shown" | "quiet" = "shown"): Progress {
  const terminal = Deno.stderr.isTerminal();
  // Where the present stage of the work began: what was done before it says nothing of its speed.
  let begin = { time: performance.now(), fraction: 0 };
  let reached = Infinity;
  let last = begin.time;
  let shown = false;
  const write = (text: string) => Deno.stderr.writeSync(new TextEncoder().encode(text));
  const clear = () => {
    if (shown) write("\r\x1b[K");
    shown = false;
  };
  return {
    update(fraction, text) {
      if (mode === "quiet") return;
      const now = performance.now();
      if (fraction < reached) begin = { time: now, fraction };
      reached = fraction;
      const left = (now - begin.time) / 1000 * (1 - fraction) / (fraction - begin.fraction);
      const line = `${Math.floor(fraction * 100).toString().padStart(3)} % ${text}` +
        (fraction < 1 && Number.isFinite(left) ? `, ${formatDuration(left)} left` : "");
      if (terminal) {
        if (now - last < 100 && fraction < 1) return;
        write(`\r\x1b[K${line}`);
        shown = true;
      } else {
        if (now - last < LINE_INTERVAL * 1000) return;
        write(line + "\n");
      }
      last = now;
    },
    message(text) {
      clear();
      write(text + "\n");
    },
    done: clear,
  };
}

/** "4 s", "2 min 10 s", "3 h 5 min". */
export function formatDuration(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
}

/** "1 tile", "3 tiles". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

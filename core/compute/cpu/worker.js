// One thread of pool.ts: waits for jobs in shared memory and works on them with the others.
// Plain JavaScript, because it is loaded as text: the same way in Deno, a bundle and a browser.
const POSTED = 0;
const FINISHED = 1;
const SCRATCH = 2;

self.onmessage = async ({ data: { module, memory, job, index } }) => {
  const { work } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  let control = new Int32Array(memory.buffer);
  let posted = Atomics.load(control, POSTED);
  self.postMessage("ready");
  for (;;) {
    // A blocked thread cannot be terminated, so a long wait is given to the event loop.
    if (Atomics.wait(control, POSTED, posted, 20) === "timed-out") {
      const waiting = Atomics.waitAsync(control, POSTED, posted);
      if (waiting.async) await waiting.value;
    }
    const next = Atomics.load(control, POSTED);
    if (next === posted) continue;
    posted = next;
    if (control.buffer !== memory.buffer) control = new Int32Array(memory.buffer);
    work(job, control[SCRATCH + index]);
    Atomics.add(control, FINISHED, 1);
    Atomics.notify(control, FINISHED);
  }
};

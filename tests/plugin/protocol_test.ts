import assert from "node:assert/strict";
import {
  decodeJob,
  decodeMessage,
  encodeJob,
  encodeMessage,
  formatLine,
  MESSAGE_BYTES,
  parseLine,
  PROTOCOL_VERSION,
} from "../../plugin/protocol.ts";
import { generateOptions, OPTIONS_JAVA } from "../../plugin/build_options.ts";

Deno.test("decodeJob() gives back what encodeJob() was given, line breaks included", () => {
  const job = new Map([
    ["model", "C:\\runs\\new"],
    ["psf-image", "a\nb\r\\n=c"],
    ["sigma", ""],
    ["title", "Zellen \u00b5m \ud83d\udd2c"],
  ]);
  assert.deepEqual(decodeJob(encodeJob(job)), job);
});

Deno.test("decodeJob() refuses another version and other programs' input in one line", () => {
  assert.throws(() => decodeJob("TWB 2\n\n"), /speaks version 2 .* version 1; install the plugin/);
  assert.throws(() => decodeJob("GET / HTTP/1.1\n"), /The host sent "GET \/ HTTP\/1.1" instead/);
});

Deno.test("encodeMessage() is nine little-endian int32", () => {
  const bytes = encodeMessage({
    kind: "result",
    frame: 2,
    channel: 1,
    start: [3, 4, 5],
    end: [6, 7, 70000],
  });
  assert.equal(bytes.length, MESSAGE_BYTES);
  assert.deepEqual([...new Int32Array(bytes.buffer)], [3, 2, 1, 3, 4, 5, 6, 7, 70000]);
  assert.equal(decodeMessage(bytes).kind, "result");
  bytes[0] = 9;
  assert.throws(() => decodeMessage(bytes), /Unknown message 9/);
});

Deno.test("parseLine() tells lines for people from mishaps", () => {
  assert.deepEqual(parseLine(formatLine({ kind: "error", text: "a\n  b" })), {
    kind: "error",
    text: "a b",
  });
  assert.equal(parseLine("error: Uncaught TypeError"), undefined);
  assert.equal(parseLine("@nonsense x"), undefined);
});

Deno.test("the Java host speaks the same version with the same numbers", () => {
  const java = Deno.readTextFileSync(
    new URL("../../plugin/fiji/src/trainablewiener/Program.java", import.meta.url),
  );
  const constant = (name: string) => Number(new RegExp(`int ${name} = (\\d+);`).exec(java)![1]);
  assert.equal(constant("PROTOCOL_VERSION"), PROTOCOL_VERSION);
  const box = { frame: 0, channel: 0, start: [0, 0, 0], end: [0, 0, 0] } as const;
  const kinds = [["SEND", "send"], ["SEND_PSF", "send-psf"], ["RESULT", "result"], ["END", "end"]];
  for (const [name, kind] of kinds) {
    assert.equal(constant(name), encodeMessage({ ...box, kind: kind as "send" })[0]);
  }
});

Deno.test("Options.java is what the option table gives (deno run -A plugin/build_options.ts)", () => {
  assert.equal(Deno.readTextFileSync(OPTIONS_JAVA), generateOptions());
});

// The transform in place, as shaders/butterflies.wgsl says it, with the engine's plans and tables.
import assert from "node:assert/strict";
import { isFastLength } from "../../../core/compute/grid.ts";
import { frequenciesOf, planLine, tableOf } from "../../../core/compute/webgpu/line_plan.ts";
import { createRandom } from "../../../core/random.ts";

type Line = readonly [re: Float64Array, im: Float64Array];

function randomLine(length: number): Line {
  const random = createRandom(length);
  const draw = () => Float64Array.from({ length }, () => random.normal());
  return [draw(), draw()];
}

/** X(k) = sum_i x(i) exp(-2 pi i i k / N) */
function transform([re, im]: Line): Line {
  const n = re.length;
  const result: Line = [new Float64Array(n), new Float64Array(n)];
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < n; i++) {
      const phase = -2 * Math.PI * (i * k % n) / n;
      const [c, s] = [Math.cos(phase), Math.sin(phase)];
      result[0][k] += re[i] * c - im[i] * s;
      result[1][k] += re[i] * s + im[i] * c;
    }
  }
  return result;
}

/** All stages, forward in frequency or backward in time; the table's float32 roots. */
function decimate(line: Line, order: "in frequency" | "in time"): void {
  const plan = planLine(line[0].length);
  const table = tableOf(plan, {});
  const inTime = order === "in time";
  for (const [radix, m, s] of inTime ? plan.stages.toReversed() : plan.stages) {
    for (let number = 0; number < plan.length / radix; number++) {
      const p = number % m;
      const first = (number - p) * radix + p;
      const twiddle = (value: readonly [number, number], t: number): readonly [number, number] => {
        const [c, w] = table.subarray(2 * p * s * t);
        return [value[0] * c - value[1] * w, value[0] * w + value[1] * c];
      };
      const input = Array.from({ length: radix }, (_, u) => {
        const value = [line[0][first + u * m], line[1][first + u * m]] as const;
        return inTime ? twiddle(value, u) : value;
      });
      const [re, im] = transform([
        Float64Array.from(input, ([x]) => x),
        Float64Array.from(input, ([, y]) => y),
      ]);
      for (let t = 0; t < radix; t++) {
        const value = [re[t], im[t]] as const;
        [line[0][first + t * m], line[1][first + t * m]] = inTime ? value : twiddle(value, t);
      }
    }
  }
}

const LENGTHS = Array.from({ length: 256 }, (_, i) => i + 1).filter(isFastLength)
  .concat(343, 540, 576, 1000, 1029);

Deno.test("planLine() and its order of frequencies transform every fast length", () => {
  for (const length of LENGTHS) {
    const line = randomLine(length);
    const expected = transform(line);
    decimate(line, "in frequency");
    const scale = Math.sqrt(length);
    frequenciesOf(planLine(length)).forEach((frequency, position) => {
      for (const part of [0, 1]) {
        const difference = Math.abs(line[part][position] - expected[part][frequency]);
        assert.ok(difference < 1e-6 * scale, `length ${length}, frequency ${frequency}`);
      }
    });
  }
});

Deno.test("a scrambled line transformed in time comes out in order", () => {
  for (const length of LENGTHS) {
    const line = randomLine(length);
    const expected = transform(line);
    const frequencies = frequenciesOf(planLine(length));
    const scrambled: Line = [new Float64Array(length), new Float64Array(length)];
    frequencies.forEach((frequency, position) => {
      for (const part of [0, 1]) scrambled[part][position] = line[part][frequency];
    });
    decimate(scrambled, "in time");
    for (const part of [0, 1]) {
      scrambled[part].forEach((value, k) => {
        const difference = Math.abs(value - expected[part][k]);
        assert.ok(difference < 1e-6 * Math.sqrt(length), `length ${length}, frequency ${k}`);
      });
    }
  }
});

Deno.test("planLine() takes few stages and refuses other lengths", () => {
  assert.deepEqual(planLine(512).stages.map(([radix]) => radix), [8, 8, 8]);
  assert.deepEqual(planLine(576).stages.map(([radix]) => radix), [9, 8, 8]);
  assert.equal(planLine(1).stages.length, 0);
  assert.throws(() => planLine(22), /No transform of length 22/);
});

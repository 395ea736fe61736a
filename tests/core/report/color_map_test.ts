import assert from "node:assert/strict";
import { sampleColorMap } from "../../../core/report/color_map.ts";

/** Relative luminance of sRGB, IEC 61966-2-1. */
function luminanceOf(color: readonly number[]): number {
  const [r, g, b] = color.map((byte) => {
    const v = byte / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

Deno.test("the ember map grows lighter all the way", () => {
  const luminances = Array.from(
    { length: 33 },
    (_, i) => luminanceOf(sampleColorMap("ember", i / 32)),
  );
  luminances.slice(1).forEach((value, i) => assert.ok(value > luminances[i], `step ${i}`));
  assert.ok(luminances[0] < 0.02 && luminances[32] > 0.85);
});

Deno.test("the blue_red map is neutral in the middle and as dark on both ends", () => {
  const [red, green, blue] = sampleColorMap("blue_red", 0.5);
  assert.ok(Math.max(red, green, blue) - Math.min(red, green, blue) <= 2 && red > 240);
  const [low, high] = [sampleColorMap("blue_red", 0), sampleColorMap("blue_red", 1)];
  assert.ok(low[2] > low[0] && high[0] > high[2]);
  assert.ok(Math.abs(luminanceOf(low) - luminanceOf(high)) < 0.03);
});

Deno.test("sampleColorMap() holds its ends outside 0 to 1", () => {
  assert.deepEqual(sampleColorMap("ember", -2), sampleColorMap("ember", 0));
  assert.deepEqual(sampleColorMap("ember", Infinity), sampleColorMap("ember", 1));
});

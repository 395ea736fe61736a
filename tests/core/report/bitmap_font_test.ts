import assert from "node:assert/strict";
import { drawText, fitText, FONT_HEIGHT, measureText } from "../../../core/report/bitmap_font.ts";
import { createRaster } from "../../../core/report/raster.ts";

function render(text: string): string {
  const raster = createRaster(measureText(text) + 2, FONT_HEIGHT);
  drawText(raster, { text, x: 0, y: 0, color: [255, 255, 255] });
  return raster.data.filter((_, i) => i % 3 === 0).join("");
}

Deno.test("every printable character that labels need has a glyph of its own", () => {
  const characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" +
    ".,:-+/()[]%=_<>|±µ\"'!?&*#;^";
  const seen = new Map<string, string>();
  for (const character of characters) {
    const drawn = render(character);
    assert.ok(drawn.includes("255"), `${character} is empty`);
    assert.notEqual(drawn, render("\u4e2d"), `${character} is the box of unknown characters`);
    assert.equal(seen.get(drawn), undefined, `${character} looks like ${seen.get(drawn)}`);
    seen.set(drawn, character);
  }
});

Deno.test("fitText() cuts what does not fit and says so", () => {
  assert.equal(fitText("restored", measureText("restored")), "restored");
  assert.equal(fitText("restored", measureText("restored") - 1), "resto..");
  assert.ok(measureText(fitText("restored", 30)) <= 30);
});

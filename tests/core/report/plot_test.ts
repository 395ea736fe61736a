import assert from "node:assert/strict";
import { decode } from "fast-png";
import { convertSvgToPng, renderLinePlot } from "../../../core/report/plot.ts";

const plot = {
  xTitle: "Epoch",
  yTitle: "a < b & c",
  series: [
    { name: "PSNR", points: [{ x: 1, y: 30 }, { x: 2, y: NaN }, { x: 3, y: 32 }] },
    { name: "CPSNR", points: [{ x: 1, y: 31 }, { x: 2, y: 33 }, { x: 3, y: 34 }] },
  ],
};

Deno.test("renderLinePlot() names axes and curves, escaped", async () => {
  const svg = await renderLinePlot(plot);
  for (const text of [">Epoch<", ">a &lt; b &amp; c<", ">PSNR<", ">CPSNR<"]) {
    assert.ok(svg.includes(text), text);
  }
  assert.ok(!svg.includes("NaN"));
});

Deno.test("renderLinePlot() leaves missing values out", async () => {
  const points = (svg: string) => svg.match(/aria-roledescription="point"|A[\d.]+,[\d.]+/g)?.length;
  const whole = await renderLinePlot({ ...plot, series: [plot.series[1]] });
  const missing = await renderLinePlot({ ...plot, series: [plot.series[0]] });
  assert.ok(points(whole)! > points(missing)!);
});

Deno.test("renderLinePlot() puts whole numbers on the axis of epochs", async () => {
  const svg = await renderLinePlot(plot);
  assert.ok(svg.includes(">2</text>") && !svg.includes(">1.5</text>"));
});

Deno.test("renderLinePlot() has several ticks between 0 and 1, and whole names of many curves", async () => {
  const names = ["a", "b", "c", "a method that has a long name"];
  const points = [{ x: 0.1, y: 1 }, { x: 0.9, y: 2 }];
  const svg = await renderLinePlot({ ...plot, series: names.map((name) => ({ name, points })) });
  for (const text of [">0.2<", ">0.4<", ...names.map((name) => `>${name}<`)]) {
    assert.ok(svg.includes(text), text);
  }
});

Deno.test("renderLinePlot() labels a single value shortly, and takes no value at all", async () => {
  const single = { ...plot, series: [{ name: "PSNR", points: [{ x: 1, y: 3 }] }] };
  assert.ok(!(await renderLinePlot(single)).includes("3.000"));
  const none = { ...plot, series: [{ name: "PSNR", points: [] }] };
  assert.ok((await renderLinePlot(none)).includes(">PSNR<"));
});

Deno.test("renderLinePlot() follows the page's colour on a page", async () => {
  const svg = await renderLinePlot(plot, { theme: "page" });
  assert.ok(svg.includes("currentColor") && !svg.includes('fill="white"'));
  assert.ok((await renderLinePlot(plot, { theme: "paper" })).includes('fill="white"'));
});

Deno.test("convertSvgToPng() is as wide as asked, with visible text", async () => {
  const text = (content: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="30">` +
    `<text x="5" y="20" font-family="sans-serif">${content}</text></svg>`;
  const draw = async (svg: string) => decode(await convertSvgToPng(svg, { widthPx: 120 }));
  let written;
  try {
    written = await draw(text("PSNR"));
  } catch (error) {
    // Without a font the function has to say so, not to write an empty picture.
    assert.match(String(error), /InputError: .*no font is installed/);
    return;
  }
  assert.deepEqual([written.width, written.height], [120, 60]);
  assert.notDeepEqual(written.data, (await draw(text(""))).data);
});

import assert from "node:assert/strict";
import { decode } from "fast-png";
import { renderReport } from "../../../core/report/page.ts";
import { createReportData, NASTY } from "./report_data.ts";

const html = await renderReport(createReportData());

/** Refuses tags that do not nest, and returns how often each element occurs. */
function countElements(text: string): Map<string, number> {
  const empty = new Set(["meta", "img", "input", "br", "!doctype"]);
  const counts = new Map<string, number>();
  const open: string[] = [];
  const body = text.replace(/<(script|style)>[\s\S]*?<\/\1>/g, "<$1></$1>");
  for (const [tag, end, name, rest] of body.matchAll(/<(\/?)([!a-z][a-z0-9]*)([^<>]*)>/gi)) {
    if (end) {
      assert.equal(open.pop(), name, `${tag} closes another element`);
    } else {
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (!empty.has(name) && !rest.endsWith("/")) open.push(name);
    }
  }
  assert.deepEqual(open, []);
  assert.ok(!/<(?![/!a-z])/i.test(body), "a bare < in the text");
  return counts;
}

Deno.test("renderReport() is well-formed with one title, one script, one style", () => {
  const counts = countElements(html);
  for (const name of ["html", "head", "body", "title", "style", "script", "h1", "main"]) {
    assert.equal(counts.get(name), 1, name);
  }
  assert.equal(counts.get("section"), 6);
});

Deno.test("renderReport() loads nothing from outside", () => {
  assert.ok(!/https?:|\/\/[a-z]|@import|<link|url\(/i.test(html.replace(/base64,[^"]*/g, "")));
  for (const [, address] of html.matchAll(/(?:src|href)="([^"]*)"/g)) {
    assert.match(address, /^(data:image\/png;base64,|#[a-z]+$)/);
  }
  assert.match(html, /Content-Security-Policy" content="default-src 'none'/);
});

Deno.test("renderReport() escapes all text", () => {
  assert.equal(html.split("<script>").length, 2);
  assert.ok(!html.includes(NASTY) && !html.includes('alert("1")'));
  assert.ok(html.includes(
    "<h1>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;q&#39;</h1>",
  ));
});

Deno.test("renderReport() has words for every picture and a label for every slider", () => {
  const images = html.match(/<img [^>]*>/g)!;
  // Four planes of three examples, four viewer stacks of the two that are not small images; three stages
  // with four channels in all, the first with two responses a channel; one picture.
  assert.equal(images.length, 3 * 4 + 2 * 4 + 4 + 2 * 2 + 2 + 1);
  for (const image of images) assert.match(image, /alt="[^"]+"/);
  const charts = html.match(/<svg [^>]*>/g)!;
  assert.equal(charts.length, 3);
  for (const chart of charts) assert.match(chart, /role="img" aria-label="[^"]+"/);
  const sliders = [...html.matchAll(/<input id="([^"]+)" type="range"/g)];
  assert.equal(sliders.length, 2, "none for the image of one plane");
  for (const [, id] of sliders) assert.ok(html.includes(`<label for="${id}">`));
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
});

Deno.test("renderReport() says what the kernels of every kind of stage are used for", () => {
  assert.match(html, /Stage 2 \(residual\)<\/h3><p>4 kernels of 3 x 3 per channel, α = −5\.000/);
  const coarse =
    /Stage 3 \(coarse\)<\/h3><p>4 kernels of 3 x 3 per channel, on means around every 5 x 4/;
  assert.match(html, coarse);
  // Two channels with two responses each, and one of a stage that has no regularizer.
  assert.equal(html.match(/<b>[^<]*√R over/g)!.length, 2 * 2 + 1);
  assert.equal(html.match(/<b>√Σ\|G\|² over [^;]* of the means/g)!.length, 1);
});

Deno.test("renderReport() embeds PNG files of the sizes it says", () => {
  const images = [
    ...html.matchAll(/<img src="data:image\/png;base64,([^"]+)" width="(\d+)" height="(\d+)"/g),
  ];
  for (const [, base64, width, height] of images) {
    const png = decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
    assert.deepEqual([png.width, png.height], [Number(width), Number(height)]);
  }
  // The viewer's stack of the first example: 48 x 40 pixels, 8 planes below one another.
  assert.ok(images.some(([, , width, height]) => width === "48" && height === "320"));
});

Deno.test("renderReport() shows metrics, gains and the axes' units", () => {
  const { examples } = createReportData();
  const [{ metrics: { degraded, restored } }] = examples;
  const gain = restored.psnr - degraded.psnr;
  assert.ok(html.includes(`<td class="number">+${gain.toFixed(2)}</td>`));
  const mean = examples.reduce((sum, { metrics }) => sum + metrics.restored.psnr, 0) / 3;
  assert.ok(html.includes(`<strong>${mean.toFixed(2)} dB</strong>`));
  assert.ok(html.includes("48 x 40 x 8 voxels of 0.1 × 0.1 × 0.2 µm, PSF 5 x 5 x 3"));
  assert.ok(html.includes("2025-03-01 12:34 UTC"));
});

Deno.test("renderReport() leaves out sections without content", async () => {
  const page = await renderReport({
    title: "empty",
    created: "now",
    summary: [],
    history: [],
    stages: [],
    examples: [],
  });
  const counts = countElements(page);
  assert.equal(counts.get("section"), undefined);
  assert.ok(page.includes('<time datetime="now">now</time>'));
});

Deno.test("renderReport() draws further curves, those that have values", async () => {
  const points = [{ x: 0.1, y: -3 }, { x: 0.9, y: 1 }];
  const plot = (name: string, y?: number) => ({
    xTitle: NASTY,
    yTitle: "dB",
    series: [{ name, points: points.map((point) => ({ ...point, y: y ?? point.y })) }],
  });
  const page = await renderReport({
    ...createReportData(),
    history: [],
    charts: [{ title: NASTY, plot: plot("TWB") }, { title: "none", plot: plot("RIF", NaN) }],
  });
  assert.equal(countElements(page).get("section"), 6);
  const charts = page.match(/<svg [^>]*>/g)!;
  assert.equal(charts.length, 1);
  assert.match(charts[0], /aria-label="[^"]*TWB: -3.00 at 0.1, 1.00 at 0.9\."/);
  assert.ok(!page.includes(NASTY));
});

Deno.test("renderReport() is the same for the same data", async () => {
  assert.equal(await renderReport(createReportData()), html);
});

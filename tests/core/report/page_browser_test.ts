import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { renderReport } from "../../../core/report/page.ts";
import { createReportData } from "./report_data.ts";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const browser = ["chromium", "chromium-browser", "google-chrome"].find((name) => {
  try {
    execFileSync(name, ["--version"], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
});

/** Uses the page as a reader does, in a frame as narrow as a phone, and returns what it shows then. */
function probe(report: string): Record<string, unknown> {
  const folder = mkdtempSync(join(tmpdir(), "report-"));
  // Within a string of a script, "</" would end the script.
  const quoted = JSON.stringify(report).replaceAll("</", "<\\/").replaceAll("<!--", "<\\!--");
  const page = `<!doctype html><title>probe</title><body><script>
    const frame = document.createElement("iframe");
    frame.style.width = "360px";
    frame.onload = () => {
      const { contentDocument: page } = frame;
      const slider = page.querySelector(".slider input");
      const image = page.querySelector(".frame img");
      const top = () => image.getBoundingClientRect().top -
        image.parentElement.getBoundingClientRect().top;
      slider.value = 6;
      slider.dispatchEvent(new Event("input"));
      const table = page.querySelector("#results table");
      const button = table.tHead.rows[0].cells[1].querySelector("button");
      const column = () => [...table.tBodies[0].rows].map((row) => row.cells[1].textContent);
      button.click();
      const ascending = column();
      button.click();
      document.body.dataset.seen = encodeURIComponent(JSON.stringify({
        overflow: page.documentElement.scrollWidth - page.documentElement.clientWidth,
        output: page.querySelector(".slider output").textContent,
        shift: top() / image.getBoundingClientRect().height,
        ascending,
        descending: column(),
        sort: table.tHead.rows[0].cells[1].getAttribute("aria-sort"),
        broken: [...page.images].filter((image) => image.naturalWidth === 0).length,
      }));
    };
    frame.srcdoc = ${quoted};
    document.body.append(frame);
  </script></body>`;
  try {
    writeFileSync(join(folder, "probe.html"), page);
    const dom = execFileSync(browser!, [
      ...FLAGS,
      `--user-data-dir=${join(folder, "profile")}`,
      "--dump-dom",
      pathToFileURL(join(folder, "probe.html")).href,
    ], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 60_000 });
    return JSON.parse(decodeURIComponent(/data-seen="([^"]+)"/.exec(dom)![1]));
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

Deno.test({
  name: browser
    ? "renderReport() fits a phone, moves the viewer and sorts in a browser"
    : "renderReport() in a browser (skipped: no chromium)",
  ignore: browser === undefined,
  fn: async () => {
    const seen = probe(await renderReport(createReportData()));
    assert.equal(seen.overflow, 0, "the page scrolls sideways");
    assert.equal(seen.broken, 0, "a picture is not shown");
    assert.equal(seen.output, "7 of 8");
    assert.ok(Math.abs(seen.shift as number + 6 / 8) < 1e-3, `shifted by ${seen.shift}`);
    assert.deepEqual(seen.ascending, ["-20.000", "3.840", "11.500", "–"]);
    assert.deepEqual(seen.descending, ["11.500", "3.840", "-20.000", "–"]);
    assert.equal(seen.sort, "descending");
  },
});

/**
 * Text and pictures in HTML.
 *
 * @module
 */
import { type Raster, rasterUrl } from "./raster.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * The text for use between tags and within quoted attributes. Control characters, which no HTML
 * text may hold, become the replacement character.
 *
 * @example
 * ```ts
 * import { escapeHtml } from "./html.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(escapeHtml(`<a b="c">`), "&lt;a b=&quot;c&quot;&gt;");
 * ```
 */
export function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character])
    .replace(/(?![\t\n\r])\p{Cc}/gu, "\ufffd");
}

/** A picture with what it shows in words, `alt`, and a caption that is HTML already. */
export function renderFigure(
  raster: Raster,
  { alt, caption, kind }: { readonly alt: string; readonly caption: string; readonly kind: string },
): string {
  const { width, height } = raster;
  return `<figure class="${kind}" style="--width:${width}px"><img src="${
    rasterUrl(raster)
  }" width="${width}" ` +
    `height="${height}" alt="${escapeHtml(alt)}"><figcaption>${caption}</figcaption></figure>`;
}

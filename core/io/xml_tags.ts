/**
 * The tags of an XML text, without its character data: enough for the metadata of image files.
 *
 * @module
 */

/** An opening, closing or empty tag. */
export interface XmlTag {
  /** Without its namespace's prefix. */
  readonly name: string;
  readonly kind: "open" | "close" | "empty";
  readonly attributes: Readonly<Record<string, string>>;
  /** Where the text that follows it begins. */
  readonly end: number;
}

/**
 * All tags in the order of the text.
 *
 * @example
 * ```ts
 * import { scanXmlTags } from "./xml_tags.ts";
 * import assert from "node:assert/strict";
 *
 * const [tag] = scanXmlTags('<ome:Pixels SizeX="7" Unit="&#181;m"/>');
 * assert.deepEqual({ ...tag.attributes }, { SizeX: "7", Unit: "\u00b5m" });
 * ```
 */
export function scanXmlTags(text: string): XmlTag[] {
  const tags: XmlTag[] = [];
  // Comments, CDATA, declarations; then tags, whose quoted values may hold a ">".
  const pattern =
    /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<[!?][^>]*>|<(\/?)(?:[\w.-]+:)?([\w.-]+)((?:[^>"']|"[^"]*"|'[^']*')*)>/g;
  for (const match of text.matchAll(pattern)) {
    const [all, slash, name, rest] = match;
    if (name === undefined) continue;
    const kind = slash ? "close" : rest.endsWith("/") ? "empty" : "open";
    const attributes: Record<string, string> = {};
    for (
      const [, key, double, single] of rest.matchAll(/([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)
    ) {
      attributes[key] = decodeEntities(double ?? single);
    }
    tags.push({ name, kind, attributes, end: match.index + all.length });
  }
  return tags;
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
};

function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (all, hex, decimal, name) => {
    if (name) return ENTITIES[name] ?? all;
    const code = hex ? parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}

/**
 * Letters of 5 x 8 pixels, drawn for the labels of stand-alone pictures, so that these need no font
 * of the machine's.
 *
 * @module
 */
import { fillBox, type Raster, type Rgb } from "./raster.ts";

/** Height of a line without its spacing. */
export const FONT_HEIGHT = 8;
const GLYPH_WIDTH = 5;
const PITCH = GLYPH_WIDTH + 1;

/** A line that names the glyphs, then eight rows of pixels, 6 columns to each glyph. */
const SHEETS: readonly (readonly string[])[] = [
  [
    "ABCDEFGHIJKLM",
    " ###  ####   ###  ####  ##### #####  ###  #   #  ###     #  #   # #     #   # ",
    "#   # #   # #   # #   # #     #     #   # #   #   #      #  #  #  #     ## ## ",
    "#   # #   # #     #   # #     #     #     #   #   #      #  # #   #     # # # ",
    "##### ####  #     #   # ####  ####  # ### #####   #      #  ##    #     # # # ",
    "#   # #   # #     #   # #     #     #   # #   #   #      #  # #   #     #   # ",
    "#   # #   # #   # #   # #     #     #   # #   #   #   #  #  #  #  #     #   # ",
    "#   # ####   ###  ####  ##### #      #### #   #  ###   ##   #   # ##### #   # ",
    "                                                                              ",
  ],
  [
    "NOPQRSTUVWXYZ",
    "#   #  ###  ####   ###  ####   #### ##### #   # #   # #   # #   # #   # ##### ",
    "##  # #   # #   # #   # #   # #       #   #   # #   # #   # #   # #   #     # ",
    "# # # #   # #   # #   # #   # #       #   #   # #   # #   #  # #   # #     #  ",
    "#  ## #   # ####  #   # ####   ###    #   #   # #   # # # #   #     #     #   ",
    "#   # #   # #     # # # # #       #   #   #   #  # #  # # #  # #    #    #    ",
    "#   # #   # #     #  #  #  #      #   #   #   #  # #  ## ## #   #   #   #     ",
    "#   #  ###  #      ## # #   # ####    #    ###    #   #   # #   #   #   ##### ",
    "                                                                              ",
  ],
  [
    "abcdefghijklm",
    "      #               #         ##        #       #      #  #      ##         ",
    "      #               #        #  #       #                 #       #         ",
    " ###  ####   ###   ####  ###   #     #### ####   ##     ##  #  #    #   ## #  ",
    "    # #   # #     #   # #   # ###   #   # #   #   #      #  # #     #   # # # ",
    " #### #   # #     #   # #####  #    #   # #   #   #      #  ##      #   # # # ",
    "#   # #   # #     #   # #      #     #### #   #   #      #  # #     #   # # # ",
    " #### ####   ###   ####  ###   #        # #   #  ###     #  #  #   ###  # # # ",
    "                                     ###               ##                     ",
  ],
  [
    "nopqrstuvwxyz",
    "                                     #                                        ",
    "                                     #                                        ",
    "####   ###  ####   #### # ##   #### ####  #   # #   # #   # #   # #   # ##### ",
    "#   # #   # #   # #   # ##  # #      #    #   # #   # #   #  # #  #   #    #  ",
    "#   # #   # #   # #   # #      ###   #    #   # #   # # # #   #   #   #   #   ",
    "#   # #   # ####   #### #         #  #  # #  ##  # #  # # #  # #   ####  #    ",
    "#   #  ###  #         # #     ####    ##   ## #   #    # #  #   #     # ##### ",
    "            #         #                                            ###        ",
  ],
  [
    "0123456789.,:",
    " ###    #    ###   ###     #  #####   ##  #####  ###   ###                    ",
    "#   #  ##   #   # #   #   ##  #      #        # #   # #   #              ##   ",
    "#  ##   #       #     #  # #  ####  #        #  #   # #   #              ##   ",
    "# # #   #      #    ##  #  #      # ####    #    ###   ####                   ",
    "##  #   #     #       # #####     # #   #   #   #   #     #              ##   ",
    "#   #   #    #    #   #    #  #   # #   #   #   #   #    #   ##    ##    ##   ",
    " ###   ###  #####  ###     #   ###   ###    #    ###   ##    ##    ##         ",
    "                                                                   #          ",
  ],
  [
    "-+/()[]%=_<>|",
    "                #    #   #      ##   ##   ##  #                #   #      #   ",
    "        #       #   #     #     #     #   ##  #               #     #     #   ",
    "        #      #   #       #    #     #      #  #####        #       #    #   ",
    "##### #####   #    #       #    #     #     #               #         #   #   ",
    "        #    #     #       #    #     #    #    #####        #       #    #   ",
    "        #   #       #     #     #     #   #  ##               #     #     #   ",
    "            #        #   #      ##   ##   #  ##                #   #      #   ",
    "                                                      #####                   ",
  ],
  [
    "±×µ–\"'!?&*#;^",
    "                         # #    #     #    ###   ##          # #          #   ",
    "  #                      # #    #     #   #   # #  #    #    # #   ##    # #  ",
    "  #   #   # #   #                     #       # # #   # # # #####  ##   #   # ",
    "#####  # #  #   # #####               #      #   #     ###   # #              ",
    "  #     #   #   #                     #     #   # # # # # # #####             ",
    "  #    # #  ##  #                               #  #    #    # #   ##         ",
    "##### #   # # ##                      #     #    ## #        # #   ##         ",
    "            #                                                      #          ",
  ],
];

const glyphs = new Map<string, readonly string[]>([[" ", []]]);
for (const [names, ...rows] of SHEETS) {
  [...names].forEach((name, i) => {
    glyphs.set(name, rows.map((row) => row.slice(i * PITCH, i * PITCH + GLYPH_WIDTH)));
  });
}
const UNKNOWN = ["#####", "#   #", "#   #", "#   #", "#   #", "#   #", "#####"];

/** The width of a line of text in pixels. */
export function measureText(text: string): number {
  return Math.max(0, PITCH * [...text].length - 1);
}

/** Draws one line of text, its top left corner at x, y; unknown characters are boxes. */
export function drawText(
  raster: Raster,
  { text, x, y, color }: { text: string; x: number; y: number; color: Rgb },
): void {
  [...text].forEach((character, i) => {
    const rows = glyphs.get(character) ?? UNKNOWN;
    rows.forEach((row, dy) => {
      [...row].forEach((pixel, dx) => {
        if (pixel !== "#") return;
        fillBox(raster, { box: { x: x + i * PITCH + dx, y: y + dy, width: 1, height: 1 }, color });
      });
    });
  });
}

/** The text, cut to what fits `width`, with ".." where something is cut. */
export function fitText(text: string, width: number): string {
  if (measureText(text) <= width) return text;
  const characters = Math.max(0, Math.floor((width + 1) / PITCH) - 2);
  return `${[...text].slice(0, characters).join("")}..`;
}

/**
 * The stack with which one can try the page: what it was blurred with is what the dialog then says.
 *
 * @module
 */

/** Optics of the sample, as the dialog's fields. */
export const SAMPLE_FIELDS: Readonly<Record<string, string>> = {
  psf: "optics",
  optics: "richards-wolf",
  wavelength: "520",
  na: "1.2",
  "immersion-index": "1.5",
};

/** Name of its file beside the page's script. */
export const SAMPLE_FILE = "synthetic-cell.tif";

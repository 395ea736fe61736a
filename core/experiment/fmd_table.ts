/**
 * The benchmark's table: a row for every method, a column for every noise level, the published rows
 * beside ours.
 *
 * @module
 */
import type { EvaluationRow } from "../evaluate.ts";
import type { Cell, Column } from "../report/cell.ts";
import type { Table } from "../report/table.ts";
import { FMD_SIGMAS } from "./fmd.ts";

/** A published row: mean PSNR in dB and SSIM at the benchmark's levels. */
interface PublishedRow {
  readonly method: string;
  readonly psnr: readonly number[];
  readonly ssim?: readonly number[];
}

/** V. Pronina et al., ECCV 2020, on all 230 images. */
const PUBLISHED: readonly PublishedRow[] = [
  { method: "input", psnr: [36.23, 35.37, 33.93, 26.03, 21.14] },
  {
    method: "WF-K, 24 learned kernels, one Wiener step",
    psnr: [35.63, 35.58, 35.44, 33.30, 30.70],
    ssim: [0.8848, 0.8839, 0.8814, 0.8263, 0.7270],
  },
  { method: "FDN", psnr: [40.31, 38.61, 37.33, 33.50, 30.49] },
  { method: "UNet", psnr: [37.96, 37.56, 36.95, 34.42, 32.79] },
  {
    method: "WF-KPN",
    psnr: [40.04, 38.35, 37.09, 33.13, 31.33],
    ssim: [0.9376, 0.9215, 0.9069, 0.8472, 0.8030],
  },
  { method: "WF-KPN-SA", psnr: [38.56, 37.95, 37.11, 34.31, 32.44] },
  { method: "WF-UNet", psnr: [37.62, 37.41, 37.00, 34.53, 32.71] },
  { method: "best of every column", psnr: [40.44, 39.16, 37.73, 34.53, 32.79] },
];

const PUBLISHED_IMAGES = 230;

/**
 * Means over the images, ours first, each with the number of images. The published input, of more
 * images, shows how far the columns compare.
 */
export function tabulateFmd(all: readonly EvaluationRow[], notes: readonly string[]): Table {
  const rows = all.filter(({ choice }) => choice === undefined);
  const images = new Set(rows.map(({ stack }) => stack)).size;
  const percent = (sigma: number) => `${+(sigma * 100).toPrecision(4)} %`;
  const levels = (key: string, options: Pick<Column, "title" | "digits">) =>
    FMD_SIGMAS.map((sigma): Column => ({
      ...options,
      key: `${key}_${sigma}`,
      title: `${options.title} ${percent(sigma)}`,
      kind: "number",
    }));
  const mean = (values: readonly number[]) =>
    values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0) / values.length;
  const groups = Map.groupBy(rows, ({ method }) => method);
  return {
    title: "FMD and HeLa images of Pronina et al. (2020), Gaussian noise: mean PSNR (dB) and SSIM",
    columns: [
      { key: "method", title: "Method" },
      { key: "source", title: "Source" },
      { key: "images", title: "images", kind: "number", digits: 0 },
      ...levels("psnr_db", { title: "PSNR", digits: 2 }),
      ...levels("ssim", { title: "SSIM", digits: 4 }),
      { key: "seconds", title: "time", unit: "s", kind: "number", digits: 3 },
      { key: "memory_mb", title: "memory", unit: "MB", kind: "number", digits: 1 },
    ],
    rows: [
      ...[...groups].map(([method, group]): Cell[] => {
        const at = (value: (row: EvaluationRow) => number) =>
          FMD_SIGMAS.map((sigma) => mean(group.filter((row) => row.sigma === sigma).map(value)));
        const memory = group.flatMap(({ memoryBytes }) => memoryBytes ?? []);
        return [
          method,
          "here",
          images,
          ...at(({ metrics }) => metrics.psnr),
          ...at(({ metrics }) => metrics.ssim),
          method === "input" ? undefined : mean(group.map(({ seconds }) => seconds)),
          memory.length > 0 ? Math.max(...memory) / 1e6 : undefined,
        ];
      }),
      ...PUBLISHED.map(({ method, psnr, ssim }): Cell[] => [
        method,
        "published",
        PUBLISHED_IMAGES,
        ...psnr,
        ...ssim ?? FMD_SIGMAS.map(() => undefined),
        undefined,
        undefined,
      ]),
    ],
    notes,
  };
}

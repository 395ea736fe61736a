/**
 * Profiles of errors as tables and curves, of every method the means over stacks and PSFs.
 *
 * @module
 */
import type { EvaluationRow } from "../evaluate.ts";
import type { Cell, Column } from "../report/cell.ts";
import type { ReportChart } from "../report/page_chart.ts";
import type { Table } from "../report/table.ts";
import {
  type ErrorPart,
  type ErrorProfile,
  type ErrorSpectrum,
  INTENSITY_QUANTILES,
  SPECTRUM_BIN,
} from "./error_profile.ts";

/** A row of an evaluation with the profile of its error. */
export interface ProfiledRow extends EvaluationRow {
  readonly profile: ErrorProfile;
}

/** A column and what it shows of a row. */
interface Measure extends Column {
  readonly value: (row: ProfiledRow) => number;
}

const DECIBELS = { unit: "dB", kind: "number", digits: 2 } as const;
const PERCENT = { unit: "%", kind: "number", digits: 1 } as const;

/** Where bands of frequency begin, in parts of the cut-off or Nyquist's frequency; edges of bins. */
const BAND_STARTS = [0, 0.1, 0.25, 0.5, 0.75, 1];

const INTENSITIES = ["dark", "middle", "bright"] as const;

/** PSNR at the border and the centre, in the first and last planes and the middle ones. */
export function tabulateBorder(rows: readonly ProfiledRow[], notes: readonly string[]): Table {
  type Region = keyof ErrorProfile["regions"];
  const partOf = (region: Region) => ({ profile }: ProfiledRow) => profile.regions[region];
  const voxels = (region: Region) => {
    const shares = rows.map(({ profile }) =>
      profile.regions[region].voxels / totalOf(profile).voxels
    );
    return `${(100 * mean(shares)).toFixed(1)} %`;
  };
  const psnr = (region: Region, title: string): Measure => ({
    key: `psnr_${region}_db`,
    title: `PSNR, ${title}`,
    ...DECIBELS,
    best: "highest",
    value: (row) => psnrOf(partOf(region)(row)),
  });
  const share = (region: Region, title: string): Measure => ({
    key: `share_${region}_percent`,
    title: `share of ${title}`,
    ...PERCENT,
    value: (row) => shareOf(partOf(region)(row).squares, totalOf(row.profile).squares),
  });
  return tabulate(rows, {
    title: "Error at the border and in the centre",
    measures: [
      {
        key: "psnr_db",
        title: "PSNR",
        ...DECIBELS,
        best: "highest",
        value: ({ profile }) => psnrOf(totalOf(profile)),
      },
      psnr("border", "border"),
      psnr("centre", "centre"),
      share("border", "border"),
      psnr("ends", "first and last planes"),
      psnr("middle", "middle planes"),
      share("ends", "first and last planes"),
    ],
    notes: [
      `border: nearer to the stack's border in x or y than half the PSF's size (${
        voxels("border")
      } of the voxels)`,
      "first and last planes: half the PSF's depth at each end, or one plane where that would be all " +
      `(${voxels("ends")} of the voxels)`,
      "share: the region's part of the stack's sum of squared errors",
      ...notes,
    ],
  });
}

/** The error per band of lateral frequency, relative to the truth and as a part of all error. */
export function tabulateLateral(rows: readonly ProfiledRow[], notes: readonly string[]): Table {
  return tabulate(rows, {
    title: "Error over lateral frequency, in parts of the cut-off 2 NA / wavelength",
    measures: BAND_STARTS.flatMap((_, band) => measureBand("lateral", band)),
    notes: [
      ...SPECTRUM_NOTES,
      "the NA of Gibson & Lanni's model counts up to the sample's index, where its light ends",
      ...notes,
    ],
  });
}

/** As {@link tabulateLateral}, along the axis. */
export function tabulateAxial(rows: readonly ProfiledRow[], notes: readonly string[]): Table {
  return tabulate(rows, {
    title: "Error over axial frequency, in parts of Nyquist's",
    measures: BAND_STARTS.slice(0, -1).flatMap((_, band) => measureBand("axial", band)),
    notes: [...SPECTRUM_NOTES, ...notes],
  });
}

const SPECTRUM_NOTES: readonly string[] = [
  "dB: power of the error relative to the truth's in the band; 0 dB is what an estimate of 0 has",
  "share: the band's part of the stack's sum of squared errors; power of the cosine transform of " +
  "every plane (lateral) or column (axial)",
];

/** The error of dark, middle and bright voxels. */
export function tabulateIntensities(rows: readonly ProfiledRow[], notes: readonly string[]): Table {
  const [low, high] = INTENSITY_QUANTILES.map((part) => `${100 * part} %`);
  const percent = { ...PERCENT, digits: 3 };
  return tabulate(rows, {
    title: "Error by the truth's intensity",
    measures: INTENSITIES.flatMap((name): Measure[] => [{
      key: `rms_${name}_percent`,
      title: `${name}: RMS`,
      ...percent,
      best: "lowest",
      value: ({ profile }) => {
        const { squares, voxels } = profile.intensities[name];
        return 100 * Math.sqrt(squares / voxels);
      },
    }, {
      key: `mean_${name}_percent`,
      title: "mean",
      ...percent,
      value: ({ profile }) => {
        const { sum, voxels } = profile.intensities[name];
        return 100 * sum / voxels;
      },
    }, {
      key: `share_${name}_percent`,
      title: "share",
      ...PERCENT,
      value: ({ profile }) => shareOf(profile.intensities[name].squares, totalOf(profile).squares),
    }]),
    notes: [
      `dark: voxels up to the truth's ${low} quantile, middle: up to its ${high} quantile, bright: ` +
      "above; RMS and mean of restored - truth in % of the peak, share: part of the stack's sum of " +
      "squared errors",
      ...notes,
    ],
  });
}

/** Bins of the axial curve's steps: a stack of ten planes has a frequency in each. */
const AXIAL_STEP = 2;

/** Curves of the relative error over lateral and axial frequency. */
export function plotSpectra(
  rows: readonly ProfiledRow[],
): Readonly<Record<"lateral" | "axial", ReportChart>> {
  const seriesOf = (axis: "lateral" | "axial", step: number) => {
    const bins = Math.max(...rows.map(({ profile }) => profile[axis].truth.length));
    return [...groupByMethod(rows)].map(([name, group]) => ({
      name,
      points: Array.from({ length: Math.ceil(bins / step) }, (_, i) => ({
        x: Number(((i + 0.5) * step * SPECTRUM_BIN).toFixed(3)),
        y: mean(
          group.map(({ profile }) => relativeError(profile[axis], [i * step, (i + 1) * step])),
        ),
      })),
    }));
  };
  const yTitle = "error / truth (dB)";
  return {
    lateral: {
      title: "Error relative to the truth, lateral frequency",
      plot: {
        xTitle: "lateral frequency / cut-off",
        yTitle,
        series: seriesOf("lateral", 1),
      },
    },
    axial: {
      title: "Error relative to the truth, axial frequency",
      plot: {
        xTitle: "axial frequency / Nyquist's",
        yTitle,
        series: seriesOf("axial", AXIAL_STEP),
      },
    },
  };
}

function measureBand(axis: "lateral" | "axial", band: number): readonly Measure[] {
  const [start, end] = [BAND_STARTS[band], BAND_STARTS[band + 1]];
  const bins = [start, end ?? Infinity].map((part) => Math.round(part / SPECTRUM_BIN));
  const name = end === undefined ? `above ${start}` : `${start} to ${end}`;
  const key = end === undefined ? `above_${start}` : `${start}_${end}`;
  return [{
    key: `${key}_db`,
    title: name,
    ...DECIBELS,
    best: "lowest",
    value: ({ profile }) => relativeError(profile[axis], bins),
  }, {
    key: `${key}_percent`,
    title: "share",
    ...PERCENT,
    value: ({ profile: { [axis]: { error } } }) => shareOf(sum(error.slice(...bins)), sum(error)),
  }];
}

/** 10 log10(error / truth) of bins; NaN where no frequency of the stack lies in them. */
function relativeError({ error, truth }: ErrorSpectrum, bins: readonly number[]): number {
  return 10 * Math.log10(sum(error.slice(...bins)) / sum(truth.slice(...bins)));
}

function tabulate(
  rows: readonly ProfiledRow[],
  { measures, ...rest }: Pick<Table, "title" | "notes"> & { readonly measures: readonly Measure[] },
): Table {
  return {
    ...rest,
    columns: [
      { key: "method", title: "Method" },
      ...measures.map(({ value: _, ...column }) => column),
    ],
    rows: [...groupByMethod(rows)].map(([method, group]): Cell[] => [
      method,
      ...measures.map(({ value }) => mean(group.map(value))),
    ]),
  };
}

function groupByMethod(rows: readonly ProfiledRow[]) {
  return Map.groupBy(rows, ({ method }) => method);
}

function totalOf({ regions: { border, centre } }: ErrorProfile): ErrorPart {
  return {
    voxels: border.voxels + centre.voxels,
    sum: border.sum + centre.sum,
    squares: border.squares + centre.squares,
  };
}

function psnrOf({ squares, voxels }: ErrorPart): number {
  return -10 * Math.log10(squares / voxels);
}

function shareOf(squares: number, all: number): number {
  return 100 * squares / all;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

/** What a stack does not have (NaN) does not count. */
function mean(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return sum(known) / known.length;
}

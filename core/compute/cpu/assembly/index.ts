// The entry that every thread calls: takes items of the job until none is left.
import { expandLags, contractLags } from "./lags";
import { combine, copy, dot, modulate } from "./combine";
import { filterZ, forwardZ, gradientZ, inverseZ } from "./axial";
import { forwardX, inverseX, transformY } from "./lateral";
import { addNoise, rectify, residual } from "./pointwise";
import { resample } from "./resample";
import { shrinkResponses, shrinkResponsesGradient } from "./shrinkage";
import { addDivergence, ascendDual } from "./total_variation";
import { softThreshold, waveletColumns, waveletRows } from "./wavelet";

/** Operations by number; kernels.ts has the same list. */
export function work(job: usize, scratch: usize): void {
  const operation = load<i32>(job), items = load<i32>(job, 4), grab = load<i32>(job, 8);
  for (;;) {
    const begin = atomic.add<i32>(job + 12, grab);
    if (begin >= items) return;
    const end = min(begin + grab, items);
    switch (operation) {
      case 0:
        forwardX(job, begin, end, scratch);
        break;
      case 1:
        inverseX(job, begin, end, scratch);
        break;
      case 2:
        transformY(job, begin, end, scratch);
        break;
      case 4:
        forwardZ(job, begin, end, scratch);
        break;
      case 5:
        inverseZ(job, begin, end, scratch);
        break;
      case 6:
        filterZ(job, begin, end, scratch);
        break;
      case 7:
        gradientZ(job, begin, end, scratch);
        break;
      case 8:
        expandLags(job, begin, end, scratch);
        break;
      case 9:
        contractLags(job, begin, end, scratch);
        break;
      case 10:
        residual(job, begin, end, scratch);
        break;
      case 11:
        rectify(job, begin, end, scratch);
        break;
      case 12:
        addNoise(job, begin, end, scratch);
        break;
      case 13:
        combine(job, begin, end, scratch);
        break;
      case 14:
        modulate(job, begin, end, scratch);
        break;
      case 15:
        dot(job, begin, end, scratch);
        break;
      case 16:
        ascendDual(job, begin, end, scratch);
        break;
      case 17:
        addDivergence(job, begin, end, scratch);
        break;
      case 18:
        waveletRows(job, begin, end, scratch);
        break;
      case 19:
        waveletColumns(job, begin, end, scratch);
        break;
      case 21:
        copy(job, begin, end, scratch);
        break;
      case 22:
        shrinkResponses(job, begin, end, scratch);
        break;
      case 23:
        shrinkResponsesGradient(job, begin, end, scratch);
        break;
      case 24:
        resample(job, begin, end, scratch);
        break;
      default:
        softThreshold(job, begin, end, scratch);
    }
  }
}

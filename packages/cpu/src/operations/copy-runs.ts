/** Copies of runs of numbers, for concat, slice, pad, nearest upsampling and others. */

import type { Step, Workplace } from "../algorithms/algorithm.js";
import { writeParams } from "../params.js";
import { cut, LINE } from "./division.js";
import { COPY_RUNS_PARAMS } from "./params.js";
import { writeTable } from "./table.js";

/**
 * `count` neighbouring elements: their places in a row of the output and of the input. Without `from` the elements get
 * the value of `RowsOfRuns.value`.
 */
export interface Run {
  readonly to: number;
  readonly from: number | undefined;
  readonly count: number;
}

/** Rows of images. Each row consists of the same runs. Sizes and places are in elements, distances of images in bytes. */
export interface RowsOfRuns {
  readonly n: number;
  /** For each output row, the place where its source row begins in the input image, or -1 if all runs of the row get the value. */
  readonly rows: Int32Array;
  readonly runs: readonly Run[];
  readonly outputRow: number;
  readonly inputImage: number;
  readonly outputImage: number;
  /** The value of elements that come from no input; default 0. */
  readonly value?: number;
}

/** The least elements of a piece when a run is cut. */
const LEAST_PIECE = 16 * LINE;

export function copyStep(
  { arena, leastJobs }: Workplace,
  { n, rows, runs, outputRow, inputImage, outputImage, value = 0 }: RowsOfRuns,
): Step {
  const wanted = Math.ceil(leastJobs / (n * rows.length));
  const pieces = cutRuns(mergeRuns(runs), wanted);
  const { each, count: chunks } = cut(pieces.length, wanted);
  const table = pieces.flatMap(({ to, from, count }) => [4 * to, from === undefined ? -1 : 4 * from, 4 * count]);
  const params = writeParams(arena, COPY_RUNS_PARAMS, {
    rows: writeTable(
      arena,
      "rows to copy",
      rows.map((row) => (row < 0 ? row : 4 * row)),
    ),
    oh: rows.length,
    outputRow: 4 * outputRow,
    runs: writeTable(arena, "runs to copy", Int32Array.from(table)),
    runCount: pieces.length,
    chunkRuns: each,
    chunks,
    value,
    inputImage,
    outputImage,
  });
  return { kernel: "copyRuns", params, jobs: n * rows.length * chunks };
}

/** The results of `run` for 0 to `count` - 1. */
export function runsOf<T = Run>(count: number, run: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => run(index));
}

/** The same copies in fewer runs: a run that continues the run before it is joined with it. */
function mergeRuns(runs: readonly Run[]): readonly Run[] {
  const merged: Run[] = [];
  for (const run of runs) {
    const last = merged.at(-1);
    const from = last?.from === undefined ? undefined : last.from + last.count;
    if (run.count === 0) continue;
    if (last !== undefined && last.to + last.count === run.to && from === run.from) {
      merged[merged.length - 1] = { ...last, count: last.count + run.count };
    } else {
      merged.push(run);
    }
  }
  return merged;
}

/** The same copies in at least `wanted` runs, if the runs are long enough. */
function cutRuns(runs: readonly Run[], wanted: number): readonly Run[] {
  if (runs.length >= wanted) return runs;
  const parts = Math.ceil(wanted / runs.length);
  return runs.flatMap(({ to, from, count }) => {
    const { each, count: pieces } = cut(count, parts, LEAST_PIECE);
    return runsOf(pieces, (index) => ({
      to: to + index * each,
      from: from === undefined ? undefined : from + index * each,
      count: Math.min(each, count - index * each),
    }));
  });
}

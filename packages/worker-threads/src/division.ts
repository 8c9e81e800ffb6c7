/** Cuts a step for the workers, and decides how many of them to wake. */

import { operationInputShapes, operationOutputShape, type OperationProblem } from "@convene/core";

export interface Division {
  /** The number of ranges into which the jobs are cut. So many workers take part, if they are awake. */
  readonly ranges: number;
  /** How many jobs a worker claims at once. */
  readonly grain: number;
}

/**
 * The least multiply-accumulates for each worker that takes part. With fewer, moving half of the input between caches takes longer than the second
 * worker saves. docs/kernels.md, "Threads", has the measurements for this number and the next ones.
 */
export const LEAST_SHARE = 25_000;

/** The least multiply-accumulates in a batch for each worker that is woken besides the first, because waking takes tens of microseconds. */
export const LEAST_WORK = 3_000_000;

/**
 * Claims in a range. There are enough of them that the last claim of a slow worker is a small part of the whole. A claim costs less than a
 * microsecond. More claims would cut runs of jobs that use the same weights.
 */
export const CLAIMS = 16;

/**
 * The number of multiply-accumulates that take as long as reading or writing an element. This is an estimate, not a
 * measurement: four bytes at 10 GB/s are 0.4 ns, in which a core does some 8 multiply-accumulates at the 40 GFLOP/s of
 * docs/kernels.md.
 */
export const MACS_OF_ELEMENT = 8;

/** The work of an operation in multiply-accumulates, by its elements, or by the taps of its windows where there are more taps. */
export function operationWork(problem: OperationProblem): number {
  const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
  const output = count(operationOutputShape(problem));
  const inputs = operationInputShapes(problem).reduce((sum, shape) => sum + count(shape), 0);
  const taps = "kh" in problem ? problem.kh * problem.kw * output : 0;
  return MACS_OF_ELEMENT * (output + Math.max(inputs, taps));
}

/** @param macs multiply-accumulates of the step, or a number that takes as long */
export function divide(macs: number, jobs: number, threads: number): Division {
  const shares = Math.floor(macs / LEAST_SHARE);
  const ranges = Math.max(1, Math.min(threads, jobs, shares));
  // A single worker claims all jobs at once.
  const grain = ranges === 1 ? jobs : Math.max(1, Math.floor(jobs / (ranges * CLAIMS)));
  return { ranges, grain };
}

/** How many workers to wake for a batch: at most the ranges of its widest step, and at most what its work is worth. */
export function workersFor(batch: readonly { readonly ranges: number; readonly macs: number }[]): number {
  const widest = batch.reduce((most, { ranges }) => Math.max(most, ranges), 1);
  const macs = batch.reduce((sum, step) => sum + step.macs, 0);
  return Math.min(widest, 1 + Math.floor(macs / LEAST_WORK));
}

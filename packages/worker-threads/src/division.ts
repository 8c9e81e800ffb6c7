/** How a step is cut for the workers, and how many of them are woken. */

import { operationInputShapes, operationOutputShape, type OperationProblem } from "@convene/core";

export interface Division {
  /** Ranges that jobs are cut into: how many workers take part, if so many are awake. */
  readonly ranges: number;
  /** Jobs that a worker claims at once. */
  readonly grain: number;
}

/**
 * Multiply-accumulates for each worker that takes part, at least. With less, handing half of the input through the cache
 * takes longer than it saves. docs/kernels.md, "Threads", has the measurements that chose this and what follows.
 */
export const LEAST_SHARE = 25_000;

/** Multiply-accumulates in a batch for each worker that is woken besides the first, at least: waking takes tens of microseconds. */
export const LEAST_WORK = 3_000_000;

/**
 * Claims in a range: enough that the last claim of a slow worker is a small part of the whole. A claim costs less than a
 * microsecond, so more would not hurt much; they would cut what runs along the same weights.
 */
export const CLAIMS = 16;

/**
 * Multiply-accumulates that take about as long as an element that is read, or written. An estimate, not a measurement: four
 * bytes at 10 GB/s are 0.4 ns, in which a core does some 8 multiply-accumulates at the 40 GFLOP/s of docs/kernels.md.
 */
export const MACS_OF_ELEMENT = 8;

/** The work of an operation in multiply-accumulates: its elements, or the taps of its windows where these are more. */
export function operationWork(problem: OperationProblem): number {
  const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
  const output = count(operationOutputShape(problem));
  const inputs = operationInputShapes(problem).reduce((sum, shape) => sum + count(shape), 0);
  const taps = "kh" in problem ? problem.kh * problem.kw * output : 0;
  return MACS_OF_ELEMENT * (output + Math.max(inputs, taps));
}

/** @param macs multiply-accumulates of the step, or as many as take its time */
export function divide(macs: number, jobs: number, threads: number): Division {
  const shares = Math.floor(macs / LEAST_SHARE);
  const ranges = Math.max(1, Math.min(threads, jobs, shares));
  // One that is alone has nobody to share with.
  const grain = ranges === 1 ? jobs : Math.max(1, Math.floor(jobs / (ranges * CLAIMS)));
  return { ranges, grain };
}

/** How many workers to wake for a batch: no more than its widest step has ranges, and than all of it is worth. */
export function workersFor(batch: readonly { readonly ranges: number; readonly macs: number }[]): number {
  const widest = batch.reduce((most, { ranges }) => Math.max(most, ranges), 1);
  const macs = batch.reduce((sum, step) => sum + step.macs, 0);
  return Math.min(widest, 1 + Math.floor(macs / LEAST_WORK));
}

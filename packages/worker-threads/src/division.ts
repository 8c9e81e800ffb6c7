/** How a convolution is cut for the workers, and how many of them are woken. */

import { type Conv2dProblem, problemCost } from "@convene/core";

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

export function divide(problem: Conv2dProblem, jobs: number, threads: number): Division {
  const shares = Math.floor(problemCost(problem).macs / LEAST_SHARE);
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

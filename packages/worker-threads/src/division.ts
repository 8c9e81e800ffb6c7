/** How a convolution is cut for the workers. */

import type { Conv2dProblem } from "@convene/core";

export interface Division {
  /** Ranges that jobs are cut into: how many workers take part. */
  readonly ranges: number;
  /** Jobs that a worker claims at once. */
  readonly grain: number;
  /** How many workers are worth waking for it alone, in fractions of a worker. */
  readonly worth: number;
}

/**
 * Multiply-accumulates that are worth another worker. Below, one worker computes all: waking a second, or handing it half of
 * the input through the cache, takes longer than it saves. docs/kernels.md, "Threads", has the measurement.
 */
export const LEAST_WORK = 100_000;

/**
 * Claims in a range: enough that the last claim of a slow worker is a small part of the whole. A claim costs less than a
 * microsecond, so more would not hurt much; they would cut what runs along the same weights.
 */
export const CLAIMS = 8;

export function divide(problem: Conv2dProblem, jobs: number, threads: number): Division {
  const { oc, oh, ow, n, ic, g, kh, kw } = problem;
  const worth = (n * oc * oh * ow * (ic / g) * kh * kw) / LEAST_WORK;
  const ranges = Math.max(1, Math.min(threads, jobs, Math.floor(worth)));
  // One that is alone has nobody to share with.
  const grain = ranges === 1 ? jobs : Math.max(1, Math.floor(jobs / (ranges * CLAIMS)));
  return { ranges, grain, worth };
}

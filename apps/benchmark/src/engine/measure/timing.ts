/** The way a comparison measures: a stop takes effect between samples, and no sample is awaited for ever. */

import { breathe, settle, type Waiting } from "../settle.js";
import type { MeasureOptions } from "./measure.js";

export interface Timing {
  readonly waiting: Waiting;
  /** The most milliseconds of samples for each backend. */
  readonly budget: number;
  readonly precision?: number;
  /** The smallest step of the clock, in milliseconds. */
  readonly clockStep: number;
  readonly now: () => number;
  /** Milliseconds without an answer, after which a backend has failed. Left out: the wait ends only if nothing can happen any more. */
  readonly limit?: number | undefined;
}

export function measureOptions({ waiting, budget, precision, clockStep, now, limit }: Timing): MeasureOptions {
  return {
    budget,
    ...(precision !== undefined && { precision }),
    clockStep,
    now,
    pause: () => breathe(waiting),
    guard: (sample) => settle(waiting, sample, { limit }),
  };
}

/** The smallest step of a clock, in milliseconds: the smallest of some differences that are not zero. */
export function clockStepOf(now: () => number): number {
  const TRIES = 20;
  const steps: number[] = [];
  for (let at = 0; at < TRIES; at++) {
    const start = now();
    let end = now();
    while (end === start) end = now();
    steps.push(end - start);
  }
  return Math.min(...steps);
}

/**
 * The roofline (Williams, Waterman and Patterson, 2009): the least time that a machine allows for a layer, from its peak of
 * arithmetic and the bandwidth of its loads. Pure. docs/benchmarking.md, "The roofline", says how to read it.
 */

import type { Cost } from "@convene/core";
import type { Allowed, LoadRate, Roofline } from "../compare-report.js";

export type { Allowed, LoadRate, Peak, Roofline } from "../compare-report.js";

/** The best peak, in GFLOP/s. */
export function peakRate({ peaks }: Roofline): number {
  return Math.max(peaks.simd128.gflops, peaks.simd256?.gflops ?? 0);
}

/** The smallest measured buffer with at least `bytes` bytes, or the largest buffer if all are smaller. */
export function levelFor(bytes: number, loads: readonly LoadRate[]): LoadRate {
  return loads.find((level) => level.bytes >= bytes) ?? loads.at(-1)!;
}

export function allowedTime(
  { macs, bytesRead, bytesWritten }: Pick<Cost, "macs" | "bytesRead" | "bytesWritten">,
  roofline: Roofline,
): Allowed {
  const bytes = bytesRead + bytesWritten;
  const { level, gigabytesPerSecond } = levelFor(bytes, roofline.loads);
  // 10⁹ a second are 10⁶ a millisecond.
  const arithmetic = (2 * macs) / (peakRate(roofline) * 1e6);
  const loads = bytes / (gigabytesPerSecond * 1e6);
  return {
    milliseconds: Math.max(arithmetic, loads),
    bound: arithmetic >= loads ? "arithmetic" : "loads",
    arithmetic,
    loads,
    level,
  };
}

/** The number of threads in the text of a backend's device (`"wasm simd128, 2 threads"`), or `undefined` if the text has none. */
export function threadsOf(device: string): number | undefined {
  const count = /\b(\d+) threads?\b/.exec(device)?.[1];
  return count === undefined || Number(count) === 0 ? undefined : Number(count);
}

/**
 * Allowed time / measured time. 1 is the roofline.
 *
 * @param allowed milliseconds on one thread. With several threads the allowed time is divided by `threads`
 * @returns `undefined` if the number of threads is not known
 */
export function shareOf(allowed: number, measured: number, threads: number | undefined): number | undefined {
  return threads === undefined ? undefined : allowed / threads / measured;
}

/**
 * Says which backend is faster, by how much, and how certain this is: the median of quotients within a round, and an interval for the
 * median. If something slows a whole round down, it slows both sides of the quotient, and cancels.
 */

import type { Ratio } from "./compare-report.js";
import { type Interval, median, medianInterval } from "./statistics.js";

export interface PairedRatioOptions {
  /**
   * A step of the clock, as a share of a sample. Each side of a quotient may be wrong by this share, and the interval is wider by it.
   * More samples do not help if the steps of the clock affect all samples in the same way. Default: 0.
   */
  readonly clockShare?: number;
}

/** The time of `samples` divided by the time of `base`, round by round. */
export function pairedRatio(
  samples: readonly number[],
  base: readonly number[],
  { clockShare = 0 }: PairedRatioOptions = {},
): Ratio {
  const quotients = samples.slice(0, base.length).map((sample, round) => sample / base[round]!);
  const interval = medianInterval(quotients);
  return {
    value: median(quotients),
    ...(interval && {
      interval: { low: interval.low * (1 - clockShare), high: interval.high * (1 + clockShare) },
    }),
  };
}

/** `"equal"`: the interval contains 1. `"unknown"`: there are too few rounds for an interval. */
export type Comparison = "equal" | "slower" | "faster" | "unknown";

/** The meaning of a ratio for the backend whose time is divided. */
export function compareRatio({ interval }: Ratio): Comparison {
  if (!interval) return "unknown";
  if (interval.low > 1) return "slower";
  return interval.high < 1 ? "faster" : "equal";
}

/** The width of an interval, as a share of the value in it. */
export function relativeWidth({ low, high }: Interval, around: number): number {
  return (high - low) / around;
}

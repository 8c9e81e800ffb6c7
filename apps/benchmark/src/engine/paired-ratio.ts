/**
 * Who is faster, by how much, and how sure that is: the median of quotients within a round, and an interval for that median. What
 * slows a whole round down is in both sides of its quotient, and goes.
 */

import type { Ratio } from "./compare-report.js";
import { type Interval, median, medianInterval } from "./statistics.js";

export interface PairedRatioOptions {
  /**
   * What a step of the clock is of a sample, as a share: a quotient may be off by as much, for each of its sides. The interval is wider by
   * that, because no number of samples makes a clock finer whose steps fall alike in all of them. Default 0.
   */
  readonly clockShare?: number;
}

/** Time of `samples` over that of `base`, round by round. */
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

/** `"equal"`: the interval holds 1. `"unknown"`: too few rounds for an interval. */
export type Comparison = "equal" | "slower" | "faster" | "unknown";

/** What a ratio says of the one whose time is above the line. */
export function compareRatio({ interval }: Ratio): Comparison {
  if (!interval) return "unknown";
  if (interval.low > 1) return "slower";
  return interval.high < 1 ? "faster" : "equal";
}

/** The width of an interval as a share of what it is around. */
export function relativeWidth({ low, high }: Interval, around: number): number {
  return (high - low) / around;
}

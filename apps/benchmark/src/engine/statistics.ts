/** The statistics of a report. They are pure functions of samples, and do not change their arguments. */

/** The `q`-quantile, interpolated linearly between order statistics (Hyndman and Fan's type 7, as in NumPy and R). */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)];
  const high = sorted[Math.ceil(at)];
  if (low === undefined || high === undefined) return NaN;
  return low + (high - low) * (at - Math.floor(at));
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

export interface Summary {
  readonly median: number;
  readonly q1: number;
  readonly q3: number;
  readonly min: number;
  readonly max: number;
  /** (q3 − q1) / median: the width of the middle half, as a share of the median. */
  readonly spread: number;
}

export function summarize(samples: readonly number[]): Summary {
  const [min, q1, middle, q3, max] = [0, 0.25, 0.5, 0.75, 1].map((q) => quantile(samples, q)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return { median: middle, q1, q3, min, max, spread: (q3 - q1) / middle };
}

/** The n-th root of the product: a mean of rates that no single layer dominates. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((total, value) => total + Math.log(value), 0) / values.length);
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The least share of intervals that contain the true median, if samples are independent and their number was fixed beforehand. Rounds
 * end when the interval is narrow enough, so they more often end on an interval that is too narrow. Therefore this share is larger
 * than the wanted 95 %, and `measure/synthetic-clocks.test.ts` measures the real share. Six samples allow no more than 0.968.
 */
export const CONFIDENCE = 0.965;

/**
 * An interval for the median between two order statistics. It assumes only that samples are independent: then the number of samples
 * below the true median has a binomial distribution (David and Nagaraja, Order Statistics, 2003, section 7.1).
 *
 * @returns `undefined` for fewer than six samples, because even their whole range is not enough
 */
export function medianInterval(samples: readonly number[], confidence = CONFIDENCE): Interval | undefined {
  const count = samples.length;
  const sorted = [...samples].sort((a, b) => a - b);
  // The sum is P(fewer than k samples lie below the median). It may reach half of the allowed error probability.
  const most = (1 - confidence) / 2;
  let term = 2 ** -count;
  let sum = 0;
  let k = 0;
  while (sum + term <= most) {
    sum += term;
    term *= (count - k) / (k + 1);
    k++;
  }
  if (k === 0) return undefined;
  return { low: sorted[k - 1]!, high: sorted[count - k]! };
}

/** The few statistics that a report needs. Pure functions of samples; none changes its argument. */

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

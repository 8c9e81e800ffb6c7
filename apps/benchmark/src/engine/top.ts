/** The largest values of an output, which are a classifier's answer. */

/** One value. */
export interface Score {
  readonly index: number;
  readonly value: number;
}

/** The `count` largest values, largest first, and equal values by index. NaN counts as smaller than all. */
export function top(data: Float32Array, count: number): readonly Score[] {
  const size = (value: number): number => (Number.isNaN(value) ? -Infinity : value);
  return Array.from(data, (value, index) => ({ index, value }))
    .sort((a, b) => size(b.value) - size(a.value) || a.index - b.index)
    .slice(0, count);
}

/** The least length of a list of scores. Lists of two or three values are more often coordinates. */
const LEAST_CLASSES = 10;

/** Whether an output looks like scores of classes: only one axis is longer than 1. */
export function isScores(dims: readonly number[]): boolean {
  const long = dims.filter((size) => size !== 1);
  return long.length === 1 && long[0]! >= LEAST_CLASSES;
}

/** A summary of any output. */
export interface Summary {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** The number of values that are NaN or infinite. The other fields are about the other values. */
  readonly notFinite: number;
}

export function summarize(data: Float32Array): Summary {
  let [min, max, sum, count] = [Infinity, -Infinity, 0, 0];
  for (const value of data) {
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    count++;
  }
  return { min, max, mean: sum / count, notFinite: data.length - count };
}

/** One label for each line. Empty lines at the end do not count. */
export function readLabels(text: string): readonly string[] {
  return text
    .replace(/^\uFEFF/, "")
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.trim());
}

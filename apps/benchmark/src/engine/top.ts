/** The largest values of an output: what a classifier says. */

/** One of them. */
export interface Score {
  readonly index: number;
  readonly value: number;
}

/** The `count` largest, largest first; equal ones by index. NaN is smaller than all. */
export function top(data: Float32Array, count: number): readonly Score[] {
  const size = (value: number): number => (Number.isNaN(value) ? -Infinity : value);
  return Array.from(data, (value, index) => ({ index, value }))
    .sort((a, b) => size(b.value) - size(a.value) || a.index - b.index)
    .slice(0, count);
}

/** How many values a list of scores has at least: two or three are more often coordinates. */
const LEAST_CLASSES = 10;

/** Whether an output looks like scores of classes: one axis longer than 1. */
export function isScores(dims: readonly number[]): boolean {
  const long = dims.filter((size) => size !== 1);
  return long.length === 1 && long[0]! >= LEAST_CLASSES;
}

/** What can be said of any output. */
export interface Summary {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** How many are NaN or infinite; the others are what is summed up. */
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

/** A line for each class; lines that are empty at the end do not count. */
export function readLabels(text: string): readonly string[] {
  return text
    .replace(/^\uFEFF/, "")
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.trim());
}

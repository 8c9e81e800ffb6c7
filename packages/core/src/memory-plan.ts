/**
 * Places values that live at different times in one arena. The problem is dynamic storage allocation; see Pisarchyk and
 * Lee, "Efficient Memory Management for Deep Neural Net Inference" (2020), for the greedy-by-size half.
 */

import { checkInteger, checkKeys, checkList } from "./check.js";

/** A value of `size` units, alive from step `from` to step `to`, both included. */
export interface SizedLifetime {
  /** In any unit, such as bytes: an integer of at least 0. */
  readonly size: number;
  /** The first step, an integer of at least 0. */
  readonly from: number;
  /** The last step, an integer of at least `from`. */
  readonly to: number;
}

/** Where `planMemory` puts tensors in one arena, in the unit of the sizes that it was given. */
export interface MemoryPlan {
  /** For each lifetime, in the given order, the place where its value begins; in the unit of the sizes. */
  readonly offsets: readonly number[];
  /** The size of the arena, in the unit of the sizes. */
  readonly total: number;
}

interface Placed extends SizedLifetime {
  readonly index: number;
  offset: number;
}

/**
 * Places values in one arena. Two values that are alive at the same step do not overlap. Two plans are made, and the smaller is taken:
 *
 * - In order of time, alternately at the two ends of an arena as large as the fullest step. This is optimal for a chain: neighbours lie at
 *   opposite ends, so the widest pair is enough.
 * - Largest first, each into the lowest gap. This is better where residuals keep values alive for long.
 *
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export function planMemory(lifetimes: readonly SizedLifetime[]): MemoryPlan {
  const values = checkList("lifetimes", lifetimes, (each, index): Placed => {
    const name = `lifetimes[${index}]`;
    const { size, from, to } = checkKeys(name, each, ["size", "from", "to"]);
    checkInteger(`${name}.size`, size, 0, Number.MAX_SAFE_INTEGER);
    checkInteger(`${name}.from`, from, 0);
    checkInteger(`${name}.to`, to, from);
    return { size, from, to, index, offset: 0 };
  });
  const fullest = Math.max(0, ...values.map(({ from }) => sum(values.filter((v) => v.from <= from && from <= v.to))));

  const byTime = [...values].sort((a, b) => a.from - b.from || a.index - b.index);
  const bySize = [...values].sort((a, b) => b.size - a.size || a.index - b.index);
  const alternate = place(byTime, (position, rivals, size) =>
    position % 2 === 0 ? lowest(rivals, size) : (highest(rivals, size, fullest) ?? lowest(rivals, size)),
  );
  if (alternate.total === fullest) return alternate;
  const greedy = place(bySize, (_, rivals, size) => lowest(rivals, size));
  return greedy.total < alternate.total ? greedy : alternate;
}

function place(
  order: readonly Placed[],
  choose: (position: number, rivals: readonly Placed[], size: number) => number,
): MemoryPlan {
  const placed: Placed[] = [];
  const offsets: number[] = Array.from({ length: order.length }, () => 0);
  for (const [position, value] of order.entries()) {
    const rivals = placed
      .filter((other) => other.from <= value.to && value.from <= other.to)
      .sort((a, b) => a.offset - b.offset);
    const offset = choose(position, rivals, value.size);
    placed.push({ ...value, offset });
    offsets[value.index] = offset;
  }
  return { offsets, total: Math.max(0, ...placed.map((each) => each.offset + each.size)) };
}

function lowest(rivals: readonly Placed[], size: number): number {
  let offset = 0;
  for (const rival of rivals) {
    if (rival.offset - offset >= size) break;
    offset = Math.max(offset, rival.offset + rival.size);
  }
  return offset;
}

function highest(rivals: readonly Placed[], size: number, limit: number): number | undefined {
  let end = limit;
  for (const rival of [...rivals].sort((a, b) => b.offset + b.size - (a.offset + a.size))) {
    if (end - (rival.offset + rival.size) >= size) break;
    end = Math.min(end, rival.offset);
  }
  return end >= size ? end - size : undefined;
}

function sum(values: readonly SizedLifetime[]): number {
  return values.reduce((total, { size }) => total + size, 0);
}

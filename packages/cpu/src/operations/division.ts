/** How an operation's work is cut into jobs. */

import type { StorageLayout } from "../storage.js";

/** Elements of a cache line: parts begin at multiples of it, so that no two workers write to one line more often than they must. */
export const LINE = 16;

/** So many pieces of `each`, the last of which may be shorter. */
export interface Parts {
  readonly each: number;
  readonly count: number;
}

/** Cuts `total` into `wanted` parts, or fewer: each is a multiple of `unit`, but for the last one. */
export function cut(total: number, wanted: number, unit = 1): Parts {
  const each = Math.min(total, unit * Math.max(1, Math.ceil(total / (wanted * unit))));
  return { each, count: Math.ceil(total / each) };
}

/** Images of `elements` numbers, one right after the other: a batch in the shared workspace. */
export function denseImages(elements: number): Pick<StorageLayout, "image"> {
  return { image: 4 * elements };
}

/** Bytes of a batch in the shared workspace, with those that kernels read past its end. */
export function denseBytes(elements: number): number {
  return 4 * elements + 64;
}

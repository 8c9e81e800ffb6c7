/** Cuts an operation's work into jobs. */

import type { StorageLayout } from "../storage.js";

/** Elements of a cache line. Parts begin at multiples of this number, so that two workers seldom write to one line. */
export const LINE = 16;

/** `count` pieces of `each` elements; the last piece may be shorter. */
export interface Parts {
  readonly each: number;
  readonly count: number;
}

/** Cuts `total` into at most `wanted` parts. Each part but the last is a multiple of `unit`. */
export function cut(total: number, wanted: number, unit = 1): Parts {
  const each = Math.min(total, unit * Math.max(1, Math.ceil(total / (wanted * unit))));
  return { each, count: Math.ceil(total / each) };
}

/** A batch in the shared workspace: images of `elements` numbers without space between them. */
export function denseImages(elements: number): Pick<StorageLayout, "image"> {
  return { image: 4 * elements };
}

/** Bytes of a batch in the shared workspace, with the bytes that kernels read past its end. */
export function denseBytes(elements: number): number {
  return 4 * elements + 64;
}

/**
 * The indirection buffer: for each pixel of the padded image, where it reads. One table of pixels serves all taps of all
 * output pixels, because the tap (ky, kx) of the output pixel (oy, ox) is the padded pixel (oy·sh + ky·dh, ox·sw + kx·dw).
 */

import { type Conv2dProblem, inputShape, type PaddingMode } from "@convene/core";
import type { Arena } from "./memory.js";
import { storageLayout } from "./storage.js";

export interface PixelTable {
  readonly address: number;
  /** Bytes in the table from a padded pixel to the one below it, and to the one at its right. */
  readonly row: number;
  readonly column: number;
  /** Whether some entry points at the row of zeros. */
  readonly readsZeros: boolean;
}

/** Allocates and fills the table of a problem: byte offsets from the image's first pixel. */
export function createPixelTable(arena: Arena, p: Conv2dProblem): PixelTable {
  const rows = sources(p.ih, p.pt, p.pb, p.paddingMode);
  const columns = sources(p.iw, p.pl, p.pr, p.paddingMode);
  const address = arena.allocate(4 * rows.length * columns.length, "an indirection buffer");
  const zeroRow = -storageLayout(inputShape(p)).zeroRow;
  const { i32 } = arena;
  let at = address / 4;
  for (const y of rows) {
    for (const x of columns) {
      i32[at++] = y < 0 || x < 0 ? zeroRow : 4 * p.ic * (y * p.iw + x);
    }
  }
  return { address, row: 4 * columns.length, column: 4, readsZeros: rows.includes(-1) || columns.includes(-1) };
}

/** For each padded coordinate of an axis, the coordinate that it reads, or −1 for a zero. */
export function sources(size: number, before: number, after: number, mode: PaddingMode): Int32Array {
  const result = new Int32Array(before + size + after);
  for (let i = 0; i < result.length; i++) {
    const at = i - before;
    if (at >= 0 && at < size) result[i] = at;
    else if (mode === "zeros") result[i] = -1;
    else if (mode === "replicate") result[i] = at < 0 ? 0 : size - 1;
    else if (mode === "reflect") result[i] = at < 0 ? -at : 2 * (size - 1) - at;
    else result[i] = at < 0 ? at + size : at - size;
  }
  return result;
}

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

/**
 * Allocates and fills the table of a problem: byte offsets from the image's first pixel. It ends at the last row and
 * column that a tap reads.
 */
export function createPixelTable(arena: Arena, p: Conv2dProblem): PixelTable {
  const rows = (p.oh - 1) * p.sh + (p.kh - 1) * p.dh + 1;
  const columns = (p.ow - 1) * p.sw + (p.kw - 1) * p.dw + 1;
  const address = arena.allocate(4 * rows * columns, `an indirection buffer of ${rows} x ${columns}`);
  const zeroRow = -storageLayout(inputShape(p)).zeroRow;
  const { i32 } = arena;
  let at = address / 4;
  let readsZeros = false;
  for (let row = 0; row < rows; row++) {
    const y = sourceIndex(row - p.pt, p.ih, p.paddingMode);
    for (let column = 0; column < columns; column++) {
      const x = sourceIndex(column - p.pl, p.iw, p.paddingMode);
      const inside = y >= 0 && x >= 0;
      i32[at++] = inside ? 4 * p.ic * (y * p.iw + x) : zeroRow;
      readsZeros ||= !inside;
    }
  }
  return { address, row: 4 * columns, column: 4, readsZeros };
}

/** The coordinate that a padded coordinate of an axis reads, or −1 for a zero. */
export function sourceIndex(at: number, size: number, mode: PaddingMode): number {
  if (at >= 0 && at < size) return at;
  if (mode === "zeros") return -1;
  if (mode === "replicate") return at < 0 ? 0 : size - 1;
  if (mode === "reflect") return at < 0 ? -at : 2 * (size - 1) - at;
  return at < 0 ? at + size : at - size;
}

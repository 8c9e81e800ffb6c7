/**
 * The indirection buffer: for each pixel of the padded image, where it reads. One table of pixels serves all taps of all
 * output pixels, because the tap (ky, kx) of the output pixel (oy, ox) is the padded pixel (oy·sh + ky·dh, ox·sw + kx·dw).
 */

import { type Conv2dProblem, inputShape, type PaddingMode } from "@convene/core";
import type { Arena } from "./arena.js";
import { giveWay, SLICE, type Sliced } from "./slices.js";
import { storageLayout } from "./storage.js";

export interface PixelTable {
  readonly address: number;
  /** Bytes in the table from a padded pixel to the one below it, and to the one at its right. */
  readonly row: number;
  readonly column: number;
  /** Bytes in the table from an image to the next, where it has several. */
  readonly image: number;
  /** Whether some entry points at the row of zeros. */
  readonly readsZeros: boolean;
}

export interface PixelTableOptions {
  /** Of how many images, 1 if left out; one serves a whole batch, where the kernel adds the image's address itself. */
  readonly images?: number;
  /** Rows and columns of the padded image that are in the table. Left out: up to the last that a tap reads. */
  readonly size?: readonly [rows: number, columns: number];
}

/**
 * Allocates and fills the table of a problem: byte offsets from the first image's first pixel. What lies past the last row or
 * column that a tap reads is zero.
 */
export function* createPixelTable(
  arena: Arena,
  p: Conv2dProblem,
  { images = 1, size }: PixelTableOptions = {},
): Sliced<PixelTable> {
  const readRows = (p.oh - 1) * p.sh + (p.kh - 1) * p.dh + 1;
  const readColumns = (p.ow - 1) * p.sw + (p.kw - 1) * p.dw + 1;
  const [rows, columns] = size ?? [readRows, readColumns];
  const image = 4 * rows * columns;
  const of = images === 1 ? "" : ` of ${images} images`;
  const address = arena.allocate(images * image, `an indirection buffer of ${rows} x ${columns}${of}`);
  const { zeroRow, image: imageBytes } = storageLayout(inputShape(p));
  const pixel = 4 * p.ic;
  /** Of each column: bytes from the row's first pixel, or -1 for a zero. */
  const xs = new Int32Array(columns);
  for (let column = 0; column < columns; column++) {
    const x = column < readColumns ? sourceIndex(column - p.pl, p.iw, p.paddingMode) : -1;
    xs[column] = x < 0 ? -1 : pixel * x;
  }
  let at = address / 4;
  let sliceEnd = at + SLICE;
  for (let n = 0; n < images; n++) {
    for (let row = 0; row < rows; row++) {
      const y = row < readRows ? sourceIndex(row - p.pt, p.ih, p.paddingMode) : -1;
      const entries = arena.i32.subarray(at, at + columns);
      if (y < 0) entries.fill(-zeroRow);
      else fillRow(entries, xs, n * imageBytes + pixel * y * p.iw, -zeroRow);
      at += columns;
      if (at < sliceEnd) continue;
      yield* giveWay();
      sliceEnd = at + SLICE;
    }
  }
  return {
    address,
    row: 4 * columns,
    column: 4,
    image,
    readsZeros: rows > readRows || columns > readColumns || readsZeros(p, rows, columns),
  };
}

function fillRow(entries: Int32Array, xs: Int32Array, first: number, zero: number): void {
  for (let column = 0; column < xs.length; column++) {
    const x = xs[column]!;
    entries[column] = x < 0 ? zero : first + x;
  }
}

/** Only zero padding reads zeros, and only where a tap reaches past an edge. */
function readsZeros(p: Conv2dProblem, rows: number, columns: number): boolean {
  if (p.paddingMode !== "zeros") return false;
  return p.pt > 0 || p.pl > 0 || rows - p.pt > p.ih || columns - p.pl > p.iw;
}

/** The coordinate that a padded coordinate of an axis reads, or −1 for a zero. */
export function sourceIndex(at: number, size: number, mode: PaddingMode): number {
  if (at >= 0 && at < size) return at;
  if (mode === "zeros") return -1;
  if (mode === "replicate") return at < 0 ? 0 : size - 1;
  if (mode === "reflect") return at < 0 ? -at : 2 * (size - 1) - at;
  return at < 0 ? at + size : at - size;
}

/**
 * The indirection buffer. For each pixel of the padded image it has the place that a tap there reads. One table serves all taps of all output
 * pixels, because the tap (ky, kx) of the output pixel (oy, ox) reads the padded pixel (oy·sh + ky·dh, ox·sw + kx·dw).
 *
 * Rows and columns that no tap reads are left out: a common divisor of stride and dilation is divided out. If there are fewer taps than
 * padded pixels, as with a dilation of thousands, the table has an entry for each tap instead. So the table is never larger than the work.
 */

import { type Conv2dProblem, inputShape, type PaddingMode } from "@convene/core";
import type { Arena } from "./arena.js";
import { giveWay, SLICE, type Sliced } from "./slices.js";
import { storageLayout } from "./storage.js";

export interface PixelTable {
  readonly address: number;
  /**
   * Bytes in the table from an output pixel's first tap to the first tap of the output pixel below, and of the output
   * pixel to the right.
   */
  readonly pixelRow: number;
  readonly pixelColumn: number;
  /** Bytes in the table from a tap to the tap below, and to the tap to the right. */
  readonly tapRow: number;
  readonly tapColumn: number;
  /** Bytes of a row of the table. */
  readonly row: number;
  /** Bytes in the table from an image to the next image, if the table covers several. */
  readonly image: number;
  /** Whether some entry points at the row of zeros. */
  readonly readsZeros: boolean;
}

/** The padded coordinates that a table has along an axis, also those that no tap reads. */
export interface TableLines {
  readonly count: number;
  readonly coordinate: (entry: number) => number;
}

export interface PixelTableOptions {
  /** How many images the table covers. Default 1, which serves a whole batch if the kernel adds the image's address itself. */
  readonly images?: number;
  /** The rows and columns of the padded image that are in the table. Left out: the pixels that taps read. */
  readonly lines?: readonly [rows: TableLines, columns: TableLines];
}

/**
 * Allocates and fills the table of a problem: byte offsets from the first image's first pixel. Entries past the last row or column that a tap
 * reads point at zeros.
 *
 * @throws ConveneError `ERR_OUT_OF_MEMORY`, before anything is written
 */
export function* createPixelTable(
  arena: Arena,
  p: Conv2dProblem,
  { images = 1, lines }: PixelTableOptions = {},
): Sliced<PixelTable> {
  const vertical = layAxis(p.oh, p.sh, p.kh, p.dh, lines?.[0]);
  const horizontal = layAxis(p.ow, p.sw, p.kw, p.dw, lines?.[1]);
  const [rows, columns] = [vertical.count, horizontal.count];
  const image = 4 * rows * columns;
  const of = images === 1 ? "" : ` of ${images} images`;
  const address = arena.allocate(images * image, `an indirection buffer of ${rows} x ${columns}${of}`);
  const { zeroRow, image: imageBytes } = storageLayout(inputShape(p));
  const pixel = 4 * p.ic;
  /** For each column, the bytes from the row's first pixel, or -1 for a zero. */
  const xs = new Int32Array(columns);
  for (let column = 0; column < columns; column++) {
    const x = sourceOf(horizontal, column, p.pl, p.iw, p.paddingMode);
    xs[column] = x < 0 ? -1 : pixel * x;
  }
  let readsZeros = xs.includes(-1);
  let at = address / 4;
  let sliceEnd = at + SLICE;
  for (let n = 0; n < images; n++) {
    for (let row = 0; row < rows; row++) {
      const y = sourceOf(vertical, row, p.pt, p.ih, p.paddingMode);
      readsZeros ||= y < 0;
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
    pixelRow: 4 * columns * vertical.pixel,
    pixelColumn: 4 * horizontal.pixel,
    tapRow: 4 * columns * vertical.tap,
    tapColumn: 4 * horizontal.tap,
    row: 4 * columns,
    image,
    readsZeros,
  };
}

/** How the table covers an axis of the padded image. */
interface Axis {
  /** Entries along the axis. */
  readonly count: number;
  /** Distances in entries: from an output pixel's first tap to the next output pixel's first tap, and from a tap to the next tap. */
  readonly pixel: number;
  readonly tap: number;
  /** The padded coordinate of an entry; `undefined` past the last coordinate that a tap reads. */
  readonly coordinate: (entry: number) => number | undefined;
}

function layAxis(outputs: number, stride: number, taps: number, dilation: number, lines?: TableLines): Axis {
  const last = (outputs - 1) * stride + (taps - 1) * dilation;
  if (lines !== undefined) {
    const coordinate = (entry: number): number | undefined => {
      const at = lines.coordinate(entry);
      return at <= last ? at : undefined;
    };
    return { count: lines.count, pixel: stride, tap: dilation, coordinate };
  }
  // With one output pixel the stride does not matter, and with one tap the dilation does not.
  const step = commonDivisor(outputs > 1 ? stride : 0, taps > 1 ? dilation : 0) || 1;
  const count = last / step + 1;
  if (count <= outputs * taps) {
    return { count, pixel: stride / step, tap: dilation / step, coordinate: (entry) => entry * step };
  }
  return {
    count: outputs * taps,
    pixel: taps,
    tap: 1,
    coordinate: (entry) => Math.floor(entry / taps) * stride + (entry % taps) * dilation,
  };
}

/** The greatest common divisor. The divisor of 0 and another number is the other number. */
function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** The coordinate that an entry along an axis reads, or -1 for a zero. */
function sourceOf({ coordinate }: Axis, entry: number, padding: number, size: number, mode: PaddingMode): number {
  const at = coordinate(entry);
  return at === undefined ? -1 : sourceIndex(at - padding, size, mode);
}

function fillRow(entries: Int32Array, xs: Int32Array, first: number, zero: number): void {
  for (let column = 0; column < xs.length; column++) {
    const x = xs[column]!;
    entries[column] = x < 0 ? zero : first + x;
  }
}

/** The coordinate that a padded coordinate of an axis reads, or −1 for a zero. */
export function sourceIndex(at: number, size: number, mode: PaddingMode): number {
  if (at >= 0 && at < size) return at;
  if (mode === "zeros") return -1;
  if (mode === "replicate") return at < 0 ? 0 : size - 1;
  if (mode === "reflect") return at < 0 ? -at : 2 * (size - 1) - at;
  return at < 0 ? at + size : at - size;
}

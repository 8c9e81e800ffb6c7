/** For the indirect GEMM: the place of each output pixel's first tap in the table of pixels. */

import type { Conv2dProblem } from "@convene/core";
import type { Arena } from "./arena.js";
import type { PixelTable } from "./pixel-table.js";
import { giveWay, SLICE, type Sliced } from "./slices.js";

/** Added to a position to mark that a tile beginning there has runs; see `createPositions`. Addresses are multiples of 4, so the bit is free. */
const RUN = 1;

/**
 * For each output pixel of `images` images, the address in the table of its first tap. The last address is repeated, because a tile of `mr`
 * pixels may read past it. RUN is added to a pixel's address if for each of the `mr` pixels from it on all taps of a row lie side by side
 * in memory: a tile that begins there reads a row of taps as one run of `kw·ic` numbers.
 */
export function* createPositions(
  arena: Arena,
  p: Conv2dProblem,
  table: PixelTable,
  images: number,
  mr: number,
): Sliced<number> {
  const pixels = images * p.oh * p.ow;
  const count = pixels + mr;
  const address = arena.allocate(4 * count, "an indirection buffer");
  const view = (): Int32Array => arena.i32.subarray(address / 4, address / 4 + count);
  let positions = view();
  let at = 0;
  let sliceEnd = SLICE;
  for (let image = 0; image < images; image++) {
    for (let oy = 0; oy < p.oh; oy++) {
      const first = table.address + image * table.image + oy * table.pixelRow;
      fillRow(positions, at, p.ow, first, table.pixelColumn);
      at += p.ow;
      if (at < sliceEnd) continue;
      yield* giveWay();
      positions = view();
      sliceEnd = at + SLICE;
    }
  }
  positions.fill(positions[pixels - 1]!, pixels);
  if (p.kw > 1 && p.g === 1) yield* markRuns(arena, p, table, view, mr);
  return address;
}

function fillRow(positions: Int32Array, at: number, count: number, first: number, step: number): void {
  for (let index = 0; index < count; index++) positions[at + index] = first + index * step;
}

function* markRuns(
  arena: Arena,
  p: Conv2dProblem,
  table: PixelTable,
  view: () => Int32Array,
  mr: number,
): Sliced<void> {
  const slice = Math.ceil(SLICE / (p.kh * p.kw));
  let runs = 0;
  for (let end = view().length; end > 0; end -= slice) {
    runs = markRunsOf(arena.i32, p, table, view(), Math.max(0, end - slice), end, mr, runs);
    yield* giveWay();
  }
}

/** @param runs how many positions in a row from `end` on are runs. Returns the same count from `start` on */
function markRunsOf(
  i32: Int32Array,
  p: Conv2dProblem,
  table: PixelTable,
  positions: Int32Array,
  start: number,
  end: number,
  mr: number,
  runs: number,
): number {
  const [tapRow, tapColumn] = [table.tapRow / 4, table.tapColumn / 4];
  const isRun = (position: number): boolean => {
    for (let ky = 0, first = position / 4; ky < p.kh; ky++, first += tapRow) {
      for (let kx = 1; kx < p.kw; kx++) {
        if (i32[first + kx * tapColumn]! - i32[first]! !== 4 * p.ic * kx) return false;
      }
    }
    return true;
  };
  for (let at = end - 1; at >= start; at--) {
    runs = isRun(positions[at]!) ? runs + 1 : 0;
    if (runs >= mr) positions[at]! += RUN;
  }
  return runs;
}

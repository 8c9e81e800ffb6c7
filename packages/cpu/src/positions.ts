/** Where each output pixel begins in the table of pixels, for the indirect GEMM. */

import type { Conv2dProblem } from "@convene/core";
import type { Arena } from "./arena.js";
import type { PixelTable } from "./pixel-table.js";

/** Added to a position, whose addresses are multiples of 4, where a tile that begins there has runs; see `createPositions`. */
const RUN = 1;

/**
 * For each output pixel of `images` images the address in the table of its first tap; the last one repeated, since a tile of
 * `mr` pixels may read past it. Where all taps of a row lie side by side in memory, for each of the `mr` pixels from one on,
 * RUN is added to that one's: a tile that begins there takes a row of taps as one run of `kw·ic` numbers.
 */
export function createPositions(arena: Arena, p: Conv2dProblem, table: PixelTable, images: number, mr: number): number {
  const pixels = images * p.oh * p.ow;
  const count = pixels + mr;
  const address = arena.allocate(4 * count, "an indirection buffer");
  const positions = arena.i32.subarray(address / 4, address / 4 + count);
  let at = 0;
  for (let image = 0; image < images; image++) {
    for (let oy = 0; oy < p.oh; oy++) {
      let position = table.address + image * table.image + oy * p.sh * table.row;
      for (let ox = 0; ox < p.ow; ox++) {
        positions[at++] = position;
        position += p.sw * table.column;
      }
    }
  }
  positions.fill(positions[pixels - 1]!, pixels);
  if (p.kw > 1 && p.g === 1) markRuns(arena, p, table, positions, mr);
  return address;
}

function markRuns(arena: Arena, p: Conv2dProblem, table: PixelTable, positions: Int32Array, mr: number): void {
  const { i32 } = arena;
  const isRun = (position: number): boolean => {
    for (let ky = 0; ky < p.kh; ky++) {
      const first = (position + ky * p.dh * table.row) / 4;
      for (let kx = 1; kx < p.kw; kx++) {
        if (i32[first + kx * p.dw]! - i32[first]! !== 4 * p.ic * kx) return false;
      }
    }
    return true;
  };
  let runs = 0;
  for (let at = positions.length - 1; at >= 0; at--) {
    runs = isRun(positions[at]!) ? runs + 1 : 0;
    if (runs >= mr) positions[at]! += RUN;
  }
}

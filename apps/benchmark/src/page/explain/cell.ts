/** A place in the picture. */

export const CELL_KINDS = ["input", "weight", "output"] as const;

export interface Cell {
  readonly kind: (typeof CELL_KINDS)[number];
  /** The stage: 0, or 1 for the pointwise convolution of a pair. The output of stage 0 is the input of stage 1. */
  readonly board: number;
  /** `[channel, row, column]`, or for a weight `[oc, ic of its group, row, column]`. */
  readonly index: readonly number[];
}

export function sameCell(a: Cell, b: Cell): boolean {
  return a.kind === b.kind && a.board === b.board && a.index.join() === b.index.join();
}

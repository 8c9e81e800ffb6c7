/** Finds the nearest existing cell and step. Pure. */

import type { Conv2dProblem } from "@convene/core";
import type { Cell } from "./cell.js";

/** The sizes of the tensor with this kind of cell. */
function sizesOf(p: Conv2dProblem, kind: Cell["kind"]): readonly number[] {
  if (kind === "input") return [p.ic, p.ih, p.iw];
  if (kind === "output") return [p.oc, p.oh, p.ow];
  return [p.oc, p.ic / p.g, p.kh, p.kw];
}

/** The same cell if the problem has it, otherwise the nearest cell. */
export function fittingCell(stages: readonly Conv2dProblem[], { kind, board, index }: Cell): Cell {
  const stage = Math.min(board, stages.length - 1);
  const sizes = sizesOf(stages[stage]!, kind);
  return { kind, board: stage, index: sizes.map((size, axis) => Math.min(index[axis] ?? 0, size - 1)) };
}

/** The next cell along an axis, or the same cell at an end. */
export function moved(stages: readonly Conv2dProblem[], cell: Cell, axis: number, by: number): Cell {
  const size = sizesOf(stages[cell.board]!, cell.kind)[axis]!;
  const index = cell.index.map((at, each) => (each === axis ? Math.min(size - 1, Math.max(0, at + by)) : at));
  return { ...cell, index };
}

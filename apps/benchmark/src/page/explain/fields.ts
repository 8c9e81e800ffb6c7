/** The fields of the explain view in an address. */

import { type Conv2dProblem, conv2dProblem } from "@convene/core";
import type { Fields } from "../address/codec.js";
import { decimal, type Field, flag, integer, problem } from "../address/field.js";
import { CELL_KINDS, type Cell } from "./cell.js";

/** The textbook example: 128 filters of 3x3 over a 7x7x3 image. */
export const TEXTBOOK = conv2dProblem({ ic: 3, ih: 7, oc: 128, kh: 3 });

/** The chosen cell when the page opens: in the middle of the first output plane. */
const FIRST_CELL: Cell = { kind: "output", board: 0, index: [0, 2, 2] };

/** The largest step number. Larger numbers are not exact integers. */
const MOST_STEPS = Number.MAX_SAFE_INTEGER;

/** A problem that the picture can show: one image, without a residual. */
const explainable: Field<Conv2dProblem> = {
  ...problem(TEXTBOOK),
  read: (text) => {
    const read = problem(TEXTBOOK).read(text);
    if (read.n !== 1) throw new Error("Explain shows one image, so n must be left out");
    if (read.residual) throw new Error("Explain shows no residual, so that word must be left out");
    return read;
  },
};

/** A cell, such as `output-0-12-3-4`: its kind, the number of the board of this kind, and the index in the tensor. */
const cell: Field<Cell> = {
  standard: FIRST_CELL,
  read: (text) => {
    const [kind, ...numbers] = text.split("-");
    const known = CELL_KINDS.find((one) => one === kind);
    const [board, ...index] = numbers.map((each) => (/^\d{1,7}$/.test(each) ? Number(each) : NaN));
    if (!known || index.length !== (known === "weight" ? 4 : 3) || ![board, ...index].every(Number.isInteger))
      throw new Error("a place such as output-0-12-3-4 (plane 12, row 3, column 4) was expected");
    return { kind: known, board: board!, index };
  },
  write: ({ kind, board, index }) => [kind, board, ...index].join("-"),
};

export const EXPLAIN_FIELDS = {
  problem: explainable,
  /** Whether the depthwise-separable pair takes the place of the convolution. */
  pair: flag(false),
  cell,
  /** The number of finished multiplications. 0 shows the whole result. */
  step: integer(0, 0, MOST_STEPS),
  /** Multiplications a second. */
  speed: decimal(30, 0.5, 10_000_000),
} as const satisfies Fields;

/** What an address holds of the explain view. */

import { type Conv2dProblem, conv2dProblem } from "@convene/core";
import type { Fields } from "../address/codec.js";
import { decimal, type Field, flag, integer, problem } from "../address/field.js";
import { CELL_KINDS, type Cell } from "./cell.js";

/** The textbook example: 128 filters of 3x3 over a 7x7x3 image. */
export const TEXTBOOK = conv2dProblem({ ic: 3, ih: 7, oc: 128, kh: 3 });

/** The cell that is looked at when the page opens: in the middle of the first output plane. */
const FIRST_CELL: Cell = { kind: "output", board: 0, index: [0, 2, 2] };

/** Multiplications for a step number to stay a whole number that a slider can name. */
const MOST_STEPS = Number.MAX_SAFE_INTEGER;

/** One image, without a residual: what the picture shows. */
const explainable: Field<Conv2dProblem> = {
  ...problem(TEXTBOOK),
  read: (text) => {
    const read = problem(TEXTBOOK).read(text);
    if (read.n !== 1) throw new Error("Explain shows one image, so n must be left out");
    if (read.residual) throw new Error("Explain shows no residual, so that word must be left out");
    return read;
  },
};

/** Such as `output-0-12-3-4`: the kind, which of the boards of that kind, and the index in its tensor. */
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
  /** Whether the depthwise-separable pair stands in for the convolution. */
  pair: flag(false),
  cell,
  /** How many multiplications have been done; 0: the whole result is shown. */
  step: integer(0, 0, MOST_STEPS),
  /** Multiplications a second. */
  speed: decimal(30, 0.5, 10_000_000),
} as const satisfies Fields;

import { expect, it } from "vitest";
import { TEXTBOOK } from "./fields.js";
import { fittingCell, moved } from "./fitting.js";
import { pairOf } from "./stages.js";

it("keeps an existing cell, and takes the nearest cell instead of one that does not exist", () => {
  const cell = { kind: "output", board: 0, index: [127, 4, 4] } as const;
  expect(fittingCell([TEXTBOOK], cell)).toEqual(cell);
  expect(fittingCell([TEXTBOOK], { kind: "output", board: 1, index: [500, 9, 0] })).toEqual({
    kind: "output",
    board: 0,
    index: [127, 4, 0],
  });
  expect(fittingCell(pairOf(TEXTBOOK), { kind: "weight", board: 1, index: [4, 2, 2, 2] }).index).toEqual([4, 2, 0, 0]);
});

it("moves along an axis, and stops at its ends", () => {
  const cell = { kind: "input", board: 0, index: [0, 6, 3] } as const;
  expect(moved([TEXTBOOK], cell, 1, 1)).toEqual(cell);
  expect(moved([TEXTBOOK], cell, 2, -1).index).toEqual([0, 6, 2]);
  expect(moved([TEXTBOOK], cell, 0, 10).index).toEqual([2, 6, 3]);
});

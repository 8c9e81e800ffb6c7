import { conv2dProblem } from "@convene/core";
import { describe, expect, it } from "vitest";
import type { Cell } from "./cell.js";
import { TEXTBOOK } from "./fields.js";
import { boardOf, cellAt, cellCount, cornerOf, layOut } from "./layout.js";
import { pairOf } from "./stages.js";

const GROUPED = conv2dProblem({ ic: 12, g: 4, ih: 6, iw: 5, oc: 8, kh: 3, pt: 1, pb: 1, pl: 2, pr: 2 });
const CASES = [
  ["textbook", [TEXTBOOK]],
  ["pair", pairOf(TEXTBOOK)],
  ["grouped", [GROUPED]],
  ["deep", [conv2dProblem({ ic: 64, g: 64, ih: 9, oc: 128, kh: 5 })]],
  ["one", [conv2dProblem({ ic: 1, ih: 1, oc: 1, kh: 1 })]],
] as const;
const SIZES = [
  [330, 500],
  [1200, 560],
  [1900, 700],
] as const;

describe.each(CASES)("%s", (_, stages) => {
  it.each(SIZES)("finds each cell at its own place, at %i pixels", (width, height) => {
    const layout = layOut(stages, width, height);
    let found = 0;
    const check = (cell: Cell): void => {
      const [x, y] = cornerOf(layout, boardOf(layout, cell)!, cell.index);
      expect(cellAt(layout, stages, x + layout.cell / 2, y + layout.cell / 2)).toEqual(cell);
      found++;
    };
    for (const [board, p] of stages.entries()) {
      const channels = [0, p.oc - 1];
      for (const c of channels)
        for (const x of [0, p.ow - 1]) check({ kind: "output", board, index: [c, p.oh - 1, x] });
      for (const o of channels) {
        for (const i of [0, p.ic / p.g - 1]) check({ kind: "weight", board, index: [o, i, p.kh - 1, 0] });
      }
      if (board === 0) for (const c of [0, p.ic - 1]) check({ kind: "input", board, index: [c, 0, p.iw - 1] });
    }
    expect(found).toBeGreaterThanOrEqual(8);
  });

  it.each(SIZES)("stays inside, and no plane covers another, at %i pixels", (width, height) => {
    const layout = layOut(stages, width, height);
    const boxes = layout.boards.flatMap((board) => board.blocks);
    const outside = boxes.filter(({ x, y, w, h }) => x < 0 || y < 0 || x + w > width + 1 || y + h > layout.height + 1);
    const covering = boxes.flatMap((a, index) =>
      boxes.slice(index + 1).filter((b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h),
    );
    expect(boxes.length).toBeGreaterThanOrEqual(3);
    expect({ outside, covering }).toEqual({ outside: [], covering: [] });
  });
});

describe("layout", () => {
  it("counts cells", () => {
    expect(cellCount([TEXTBOOK])).toBe(3 * 49 + 128 * 27 + 128 * 25);
  });

  it("finds nothing in the padding and between planes", () => {
    const layout = layOut([GROUPED], 1200, 560);
    const input = boardOf(layout, { kind: "input", board: 0 })!;
    const [x, y] = cornerOf(layout, input, [0, -1, -2]);
    expect(cellAt(layout, [GROUPED], x + 1, y + 1)).toBeUndefined();
    expect(cellAt(layout, [GROUPED], x - 2, y + 1)).toBeUndefined();
  });

  it("puts boards below each other if the picture is narrow", () => {
    expect(layOut([TEXTBOOK], 330, 600).across).toBe(false);
    const { boards } = layOut([TEXTBOOK], 330, 600);
    expect(boards[1]!.box.y).toBeGreaterThan(boards[0]!.box.y + boards[0]!.box.h);
  });
});

import { conv2dProblem } from "@convene/core";
import { describe, expect, it } from "vitest";
import { createArena } from "./arena.js";
import { createJsKernels } from "./js-kernels/index.js";
import { createPixelTable } from "./pixel-table.js";
import { createPositions } from "./positions.js";
import { complete } from "./slices.js";

/** Positions in entries of the table, and which of them begin a tile whose rows of taps are runs. */
function positionsOf(sizes: Parameters<typeof conv2dProblem>[0], mr: number, images = 1) {
  const arena = createArena(createJsKernels(1e6).memory, 1e6);
  const problem = conv2dProblem(sizes);
  const table = complete(createPixelTable(arena, problem, { images }));
  const address = complete(createPositions(arena, problem, table, images, mr));
  const count = images * problem.oh * problem.ow + mr;
  const words = [...arena.i32.subarray(address / 4, address / 4 + count)];
  return { entries: words.map((word) => ((word & ~1) - table.address) / 4), runs: words.map((word) => word & 1) };
}

describe("createPositions", () => {
  it("has the first tap of each output pixel, and repeats the last for whole tiles", () => {
    // 3x3 outputs at stride 2 over 7x7 pixels.
    const { entries } = positionsOf({ ic: 1, ih: 7, oc: 1, kh: 3, sh: 2, sw: 2 }, 4);
    expect(entries).toEqual([0, 2, 4, 14, 16, 18, 28, 30, 32, 32, 32, 32, 32]);
  });

  it("lists the outputs of one image after those of another", () => {
    const { entries } = positionsOf({ n: 2, ic: 1, ih: 2, iw: 1, oc: 1, kh: 1 }, 1, 2);
    expect(entries).toEqual([0, 1, 2, 3, 3]);
  });

  it("marks an output if the rows of taps of a whole tile from there on are side by side in memory", () => {
    // One row of six outputs with a column of zeros at each side: only the inner four have runs, so three tiles of two.
    const { runs } = positionsOf({ ic: 3, ih: 1, iw: 6, oc: 1, kh: 1, kw: 3, pl: 1, pr: 1 }, 2);
    expect(runs).toEqual([0, 1, 1, 1, 0, 0, 0, 0]);
  });

  it("marks no output if taps are dilated, or a kernel's row is one pixel wide", () => {
    expect(positionsOf({ ic: 3, ih: 1, iw: 8, oc: 1, kh: 1, kw: 3, dw: 2 }, 2).runs).not.toContain(1);
    expect(positionsOf({ ic: 3, ih: 1, iw: 8, oc: 1, kh: 1 }, 2).runs).not.toContain(1);
  });
});

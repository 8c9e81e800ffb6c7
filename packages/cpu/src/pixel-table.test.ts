import { conv2dProblem } from "@convene/core";
import { describe, expect, it } from "vitest";
import { createJsKernels } from "./js-kernels/index.js";
import { createArena } from "./arena.js";
import { createPixelTable, sourceIndex } from "./pixel-table.js";
import { complete } from "./slices.js";

describe("sourceIndex", () => {
  it.each([
    ["zeros", [-1, -1, 0, 1, 2, 3, -1]],
    ["reflect", [2, 1, 0, 1, 2, 3, 2]],
    ["replicate", [0, 0, 0, 1, 2, 3, 3]],
    ["circular", [2, 3, 0, 1, 2, 3, 0]],
  ] as const)("%s reads where PyTorch's pad does", (mode, expected) => {
    expect([-2, -1, 0, 1, 2, 3, 4].map((at) => sourceIndex(at, 4, mode))).toEqual(expected);
  });
});

describe("createPixelTable", () => {
  it("has one offset for each pixel of the padded image", () => {
    const arena = createArena(createJsKernels(1e6).memory, 1e6);
    const problem = conv2dProblem({ ic: 2, ih: 2, iw: 3, oc: 1, kh: 2, pt: 1, pl: 0, pb: 0, pr: 1 });
    const table = complete(createPixelTable(arena, problem));
    const entries = [...arena.i32.subarray(table.address / 4, table.address / 4 + 12)];
    // Two channels are 8 bytes a pixel; the row of zeros is a cache line before the image.
    expect(entries).toEqual([-64, -64, -64, -64, 0, 8, 16, -64, 24, 32, 40, -64]);
    expect(table).toMatchObject({ row: 16, column: 4, readsZeros: true });
  });

  it("knows that without padding no zero is read", () => {
    const arena = createArena(createJsKernels(1e6).memory, 1e6);
    expect(complete(createPixelTable(arena, conv2dProblem({ ic: 1, ih: 3, oc: 1, kh: 3 }))).readsZeros).toBe(false);
    const reflected = conv2dProblem({ ic: 1, ih: 3, oc: 1, kh: 3, pt: 1, pb: 1, pl: 1, pr: 1, paddingMode: "reflect" });
    expect(complete(createPixelTable(arena, reflected)).readsZeros).toBe(false);
  });
});

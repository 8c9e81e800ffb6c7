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
  ] as const)("%s reads the same positions as PyTorch's pad", (mode, expected) => {
    expect([-2, -1, 0, 1, 2, 3, 4].map((at) => sourceIndex(at, 4, mode))).toEqual(expected);
  });
});

describe("createPixelTable", () => {
  it("has one offset for each pixel of the padded image", () => {
    const arena = createArena(createJsKernels(1e6).memory, 1e6);
    const problem = conv2dProblem({ ic: 2, ih: 2, iw: 3, oc: 1, kh: 2, pt: 1, pl: 0, pb: 0, pr: 1 });
    const table = complete(createPixelTable(arena, problem));
    const entries = [...arena.i32.subarray(table.address / 4, table.address / 4 + 12)];
    // Two channels are 8 bytes a pixel; the row of zeros is a vector before so small an image.
    expect(entries).toEqual([-16, -16, -16, -16, 0, 8, 16, -16, 24, 32, 40, -16]);
    expect(table).toMatchObject({ tapRow: 16, tapColumn: 4, pixelRow: 16, pixelColumn: 4, readsZeros: true });
  });

  it("says that no zero is read, if there is no padding by zeros", () => {
    const arena = createArena(createJsKernels(1e6).memory, 1e6);
    expect(complete(createPixelTable(arena, conv2dProblem({ ic: 1, ih: 3, oc: 1, kh: 3 }))).readsZeros).toBe(false);
    const reflected = conv2dProblem({ ic: 1, ih: 3, oc: 1, kh: 3, pt: 1, pb: 1, pl: 1, pr: 1, paddingMode: "reflect" });
    expect(complete(createPixelTable(arena, reflected)).readsZeros).toBe(false);
  });

  it("leaves out pixels that stride and dilation skip", () => {
    const { arena, table } = tableOf({ ic: 1, ih: 9, oc: 1, kh: 1, kw: 3, sh: 4, sw: 2, dw: 2 });
    expect([table.tapColumn, table.pixelColumn]).toEqual([4, 4]);
    // Rows 0, 4 and 8; columns 0, 2, 4, 6 and 8.
    expect([...arena.i32.subarray(table.address / 4, table.address / 4 + 15)].map((offset) => offset / 4)).toEqual(
      [0, 36, 72].flatMap((row) => [0, 2, 4, 6, 8].map((column) => row + column)),
    );
  });

  it("has an entry for each tap of each output, if taps are far apart", () => {
    const { arena, table } = tableOf({ ic: 1, ih: 1, iw: 5, oc: 1, kh: 1, kw: 2, dw: 1e9, pl: 5e8, pr: 5e8 + 2 });
    expect([table.tapColumn, table.pixelColumn]).toEqual([4, 8]);
    expect(arena.use().used).toBe(64);
    // 7 outputs of two taps, both outside.
    expect(table.readsZeros).toBe(true);
    expect(new Set(arena.i32.subarray(table.address / 4, table.address / 4 + 14))).toEqual(new Set([-4]));
  });
});

function tableOf(sizes: Parameters<typeof conv2dProblem>[0]) {
  const arena = createArena(createJsKernels(1e6).memory, 1e6);
  return { arena, table: complete(createPixelTable(arena, conv2dProblem(sizes))) };
}

import { randomUniform, tensor, toLayout } from "@convene/core";
import { describe, expect, it } from "vitest";
import { createJsKernels } from "./js-kernels/index.js";
import { createArena } from "./arena.js";
import { clearZeroRows, readTensor, storageAt, storageLayout, writeTensor } from "./storage.js";

describe("storage", () => {
  it("puts each image after a row of zeros, on a cache line, with room to read past the end", () => {
    // 3 channels: 12 bytes of zeros take a line; 3*4*5 elements are 240 bytes, which with 28 more are five lines.
    expect(storageLayout([2, 3, 4, 5])).toEqual({ zeroRow: 64, image: 64 + 320, total: 2 * (64 + 320) });
  });

  it("has that room also where an image fills its last line", () => {
    // 16 elements are 64 bytes; two vectors of four from the last one end 28 bytes later.
    expect(storageLayout([1, 1, 4, 4]).image).toBe(64 + 128);
  });

  it.each(["nchw", "nhwc"] as const)("gives back what was written, from %s to either layout", (layout) => {
    const kernels = createJsKernels(1e6);
    const arena = createArena(kernels.memory, 1e6);
    const shape = [2, 19, 3, 17] as const;
    const x = randomUniform(shape, { seed: 3, layout });
    const storage = storageAt(arena.allocate(storageLayout(shape).total, "test"), shape);
    writeTensor(arena, kernels.copies, storage, x);
    for (const asked of ["nchw", "nhwc"] as const) {
      expect(readTensor(arena, kernels.copies, storage, asked)).toEqual(toLayout(x, asked));
    }
  });

  it("clears the rows of zeros and nothing else", () => {
    const kernels = createJsKernels(1e6);
    const arena = createArena(kernels.memory, 1e6);
    const x = tensor([1, 2, 3, 4], [2, 2, 1, 1]);
    const address = arena.allocate(storageLayout(x.shape).total, "test");
    arena.f32.fill(9, address / 4, (address + storageLayout(x.shape).total) / 4);
    const storage = storageAt(address, x.shape);
    writeTensor(arena, kernels.copies, storage, x);
    clearZeroRows(arena, storage);
    expect(readTensor(arena, kernels.copies, storage, "nchw").data).toEqual(x.data);
    expect([...arena.f32.subarray(address / 4, address / 4 + 2)]).toEqual([0, 0]);
  });
});

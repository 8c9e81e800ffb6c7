import { randomUniform, tensor, toLayout } from "@convene/core";
import { describe, expect, it } from "vitest";
import { createJsKernels } from "./js-kernels/index.js";
import { createArena } from "./arena.js";
import { cpu } from "./index.js";
import { clearZeroRows, readTensor, storageAt, storageLayout, writeTensor } from "./storage.js";

/** Images by themselves, and a batch of small ones of every alignment. */
const SHAPES = [
  [2, 19, 3, 17],
  [5, 1, 1, 1],
  [5, 3, 2, 2],
  [5, 4, 3, 1],
  [1, 3, 2, 2],
] as const;

describe("storage", () => {
  it("puts each image after a row of zeros, on a cache line, with room to read past the end", () => {
    // 3 channels: 12 bytes of zeros take a line; 3*4*5 elements are 240 bytes, which take four; with 60 more, five.
    expect(storageLayout([2, 3, 4, 5])).toEqual({ zeroRow: 64, image: 64 + 256, total: 2 * (64 + 256) + 64 });
  });

  it("has room to read past the end even if an image fills its last cache line", () => {
    // 32 elements are 128 bytes; four vectors of four from the last one end 60 bytes later.
    expect(storageLayout([1, 2, 4, 4])).toEqual({ zeroRow: 64, image: 64 + 128, total: 64 + 128 + 64 });
  });

  it("is at most twice as large as the data, plus the room for reads past the end, for any shape", () => {
    expect(storageLayout([1_048_576, 1, 1, 1]).total).toBe(2 * 2 ** 22 + 64);
    for (const n of [2, 1000]) {
      for (const c of [1, 2, 3, 4, 5, 16, 17, 64, 1000]) {
        for (const size of [1, 2, 3, 5, 8]) {
          expect(storageLayout([n, c, size, size]).total).toBeLessThan(2 * 4 * n * c * size * size + 60 + 64);
        }
      }
    }
  });

  it.each(
    (["nchw", "nhwc"] as const).flatMap((layout) => SHAPES.map((shape) => [shape.join(" x "), layout, shape] as const)),
  )("gives back a tensor of %s, written from %s and read in either layout", (_, layout, shape) => {
    const kernels = createJsKernels(1e6);
    const arena = createArena(kernels.memory, 1e6);
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

  it.each(["wasm", "js"] as const)(
    "holds a million images of one number in twice the memory of the data, with kernels %j",
    async (kernels) => {
      await using backend = await cpu({ kernels });
      const x = randomUniform([1_048_576, 1, 1, 1], { seed: 1 });
      const device = backend.upload(x);
      expect(backend.memory()!.used).toBeLessThanOrEqual(2 * 2 ** 22 + 64);
      const { data } = await backend.read(device);
      expect(Buffer.from(data.buffer).equals(Buffer.from(x.data.buffer))).toBe(true);
    },
  );
});

import { describe, expect, it } from "vitest";
import { expectError } from "./testing/expect-error.js";
import type { Shape4 } from "./shape.js";
import { type Layout, randomUniform, tensor, type Tensor, toLayout, transpose, zeros } from "./tensor.js";

const BAD_SHAPES: [unknown, string][] = [
  [[1, 65536, 65536, 1], "has 4294967296 elements; the most is 2^31 - 1"],
  [[1, 1, 1, 2 ** 31], "has 2147483648 elements; the most is 2^31 - 1"],
  [[1, 1e200, 1e200, 1], "has Infinity elements"],
  [[1, 3, 0, 7], "h (0) must be an integer of at least 1"],
  [[-1, 3, 7, 7], "n (-1) must be an integer of at least 0"],
  [[1, 2.5, 7, 7], "c (2.5) must be an integer of at least 1"],
  [[0, 0, 7, 7], "c (0) must be an integer of at least 1"],
  [[0, 65536, 65536, 1], "has 4294967296 elements; the most is 2^31 - 1"],
  [[3, 0, 7], "h (0) must be an integer of at least 1"],
  [[0, 7, 7], "c (0) must be an integer of at least 1"],
  [[1, 3, 7, NaN], "w (NaN) must be an integer of at least 1"],
  [[1, 3, Infinity, 7], "h (Infinity) must be an integer of at least 1"],
  [[1, "3", 7, 7], 'c ("3") must be an integer of at least 1'],
  [[1, 3n, 7, 7], "c (3n) must be an integer of at least 1"],
  [[1, null, 7, 7], "c (null) must be an integer of at least 1"],
  [new Array(4), "n (undefined) must be an integer of at least 0"],
  [[7, 7], "shape ([7, 7]) must be [n, c, h, w] or [c, h, w]"],
  [[1, 1, 3, 7, 7], "shape ([1, 1, 3, 7, 7]) must be [n, c, h, w]"],
  [[], "shape ([]) must be [n, c, h, w]"],
  ["1,3,7,7", 'shape ("1,3,7,7") must be [n, c, h, w]'],
  [{ n: 1, c: 3, h: 7, w: 7 }, "shape ({ n, c, h, w }) must be [n, c, h, w]"],
  [Int32Array.of(1, 3, 7, 7), "shape (an Int32Array of 16 bytes) must be [n, c, h, w]"],
  [7, "shape (7) must be [n, c, h, w]"],
  [null, "shape (null) must be [n, c, h, w]"],
  [undefined, "shape (undefined) must be [n, c, h, w]"],
];

describe("a shape that is none is refused before memory is taken", () => {
  it.each(BAD_SHAPES)("zeros(%o)", (shape, words) => {
    expectError(() => zeros(shape as Shape4), "ERR_SHAPE", words);
  });

  it.each(BAD_SHAPES)("tensor([1], %o)", (shape, words) => {
    expectError(() => tensor([1], shape as Shape4), "ERR_SHAPE", words);
  });

  it.each(BAD_SHAPES)("randomUniform(%o)", (shape, words) => {
    expectError(() => randomUniform(shape as Shape4), "ERR_SHAPE", words);
  });
});

describe("tensor", () => {
  it("keeps a Float32Array, in nchw by default", () => {
    const data = Float32Array.of(1, 2, 3, 4);
    const made = tensor(data, [1, 2, 1, 2]);
    expect(made).toEqual({ shape: [1, 2, 1, 2], layout: "nchw", data });
    expect(made.data).toBe(data);
    expect(tensor(data, [1, 2, 1, 2], { layout: "nhwc" }).layout).toBe("nhwc");
  });

  it("converts a plain array to float32", () => {
    expect(tensor([0.1, 2], [1, 1, 1, 2]).data).toEqual(Float32Array.of(0.1, 2));
  });

  it("keeps a copy of the shape that nobody can change", () => {
    const shape: [number, number, number, number] = [1, 1, 1, 1];
    const made = tensor([1], shape);
    shape[0] = 9;
    expect(made.shape).toEqual([1, 1, 1, 1]);
    expect(Object.isFrozen(made.shape)).toBe(true);
  });

  it.each<[unknown, string]>([
    [[1, 2, 3], "data has 3 elements; expected 4 (shape [1, 2, 1, 2])"],
    [new Float32Array(5), "data has 5 elements; expected 4 (shape [1, 2, 1, 2])"],
    [[], "data has 0 elements; expected 4"],
    [new Float64Array(4), "data (a Float64Array of 32 bytes) must be a Float32Array"],
    [new ArrayBuffer(16), "data (an ArrayBuffer) must be a Float32Array"],
    ["1234", 'data ("1234") must be a Float32Array'],
    [null, "data (null) must be a Float32Array"],
    [undefined, "data (undefined) must be a Float32Array"],
    [[1, 2, "3", 4], 'data[2] ("3") must be a number'],
    [[1, 2, 3n, 4], "data[2] (3n) must be a number"],
    [[[1, 2], [3, 4], 5, 6], "data[0] ([1, 2]) must be a number"],
    [new Array(4), "data[0] (undefined) must be a number"],
  ])("refuses the data %o for four elements", (data, words) => {
    expectError(() => tensor(data as number[], [1, 2, 1, 2]), "ERR_SHAPE", words);
  });

  it.each<[unknown, string]>([
    [{ layout: "NHWC" }, 'layout ("NHWC") must be one of "nchw", "nhwc"'],
    [{ layout: null }, "layout (null) must be one of"],
    [{ layuot: "nhwc" }, 'tensor options has no key "layuot"; its keys are layout'],
    ["nhwc", 'tensor options ("nhwc") must be an object'],
    [null, "tensor options (null) must be an object"],
  ])("refuses the options %o", (options, words) => {
    expectError(() => tensor([1], [1, 1, 1, 1], options as { layout?: Layout }), "ERR_INVALID_OPTION", words);
  });
});

describe("zeros", () => {
  it("is all zero, in the layout asked for", () => {
    expect(zeros([1, 2, 1, 1])).toEqual({ shape: [1, 2, 1, 1], layout: "nchw", data: new Float32Array(2) });
    expect(zeros([1, 2, 1, 1], { layout: "nhwc" }).layout).toBe("nhwc");
  });

  it("refuses a misspelt option", () => {
    expectError(
      () => zeros([1, 1, 1, 1], { Layout: "nhwc" } as object),
      "ERR_INVALID_OPTION",
      'zeros options has no key "Layout"',
    );
  });
});

describe("randomUniform", () => {
  it("gives what torch.manual_seed(0); torch.rand(1, 1, 2, 2) prints", () => {
    expect([...randomUniform([1, 1, 2, 2]).data].map((value) => value.toFixed(4))).toEqual([
      "0.4963",
      "0.7682",
      "0.0885",
      "0.1320",
    ]);
  });

  it("is the same for the same seed and another for another", () => {
    const [a, b, c] = [1, 1, 2].map((seed) => randomUniform([1, 2, 3, 4], { seed })) as [Tensor, Tensor, Tensor];
    expect(a).toEqual(b);
    expect(a.data).not.toEqual(c.data);
  });

  it("stays within its bounds and fills them", () => {
    const { data } = randomUniform([1, 1, 100, 100], { min: -2, max: 3, seed: 7 });
    expect(Math.min(...data)).toBeGreaterThanOrEqual(-2);
    expect(Math.min(...data)).toBeLessThan(-1.9);
    expect(Math.max(...data)).toBeLessThanOrEqual(3);
    expect(Math.max(...data)).toBeGreaterThan(2.9);
  });

  it.each<[unknown, string]>([
    [{ min: 1, max: 0 }, "min (1) must be at most max (0)"],
    [{ min: NaN }, "min (NaN) must be a finite float32"],
    [{ max: Infinity }, "max (Infinity) must be a finite float32"],
    [{ max: 1e39 }, "max (1e+39) must be a finite float32"],
    [{ max: "1" }, 'max ("1") must be a finite float32'],
    [{ min: -3e38, max: 3e38 }, "their distance a finite float32"],
    [{ seed: -1 }, "seed (-1) must be an integer from 0 to 4294967295"],
    [{ seed: 0.5 }, "seed (0.5) must be an integer"],
    [{ layout: "hwc" }, 'layout ("hwc") must be one of'],
    [{ sed: 1 }, 'randomUniform options has no key "sed"'],
    [3, "randomUniform options (3) must be an object"],
  ])("refuses the options %o", (options, words) => {
    expectError(() => randomUniform([1, 1, 1, 1], options as { seed?: number }), "ERR_INVALID_OPTION", words);
  });
});

/** The definition of the two layouts, element by element. */
function naively(from: Tensor, layout: Layout): number[] {
  const [n, c, h, w] = from.shape;
  const index = (order: Layout, i: number, j: number, y: number, x: number): number =>
    order === "nchw" ? ((i * c + j) * h + y) * w + x : ((i * h + y) * w + x) * c + j;
  const out: number[] = new Array<number>(n * c * h * w).fill(NaN);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < c; j++) {
      for (let y = 0; y < h; y++) {
        for (let x = 0; x < w; x++) out[index(layout, i, j, y, x)] = from.data[index(from.layout, i, j, y, x)]!;
      }
    }
  }
  return out;
}

describe("toLayout", () => {
  it.each<[Shape4]>([
    [[1, 1, 1, 1]],
    [[2, 3, 5, 7]],
    [[3, 17, 1, 33]],
    [[1, 31, 13, 3]],
    [[2, 16, 4, 8]],
    [[1, 5, 40, 1]],
  ])("turns %o around as the definition says, and back again", (shape) => {
    const count = shape[0] * shape[1] * shape[2] * shape[3];
    const nchw = tensor(
      Array.from({ length: count }, (_, index) => index),
      shape,
    );
    const nhwc = toLayout(nchw, "nhwc");
    expect(nhwc.layout).toBe("nhwc");
    expect(nhwc.shape).toEqual(shape);
    expect([...nhwc.data]).toEqual(naively(nchw, "nhwc"));
    expect(toLayout(nhwc, "nchw")).toEqual(nchw);
  });

  it("puts the channels of a pixel side by side in nhwc", () => {
    expect([...toLayout(tensor([1, 2, 3, 10, 20, 30], [1, 2, 1, 3]), "nhwc").data]).toEqual([1, 10, 2, 20, 3, 30]);
  });

  it("returns the tensor itself if it has the layout already", () => {
    const t = zeros([1, 2, 3, 4]);
    expect(toLayout(t, "nchw")).toBe(t);
  });

  it.each<[unknown, string]>([
    [null, "tensor (null) must be a Tensor"],
    [new Float32Array(4), "tensor (a Float32Array of 16 bytes) must be a Tensor"],
    [{ shape: [1, 1, 1, 4], layout: "nchw", data: new Float32Array(3) }, "tensor.data has 3 elements; expected 4"],
    [{ shape: [1, 4], layout: "nchw", data: new Float32Array(4) }, "tensor.shape ([1, 4]) must be [n, c, h, w]"],
    [{ shape: [1, 1, 1, 4], layout: "nchw", data: [1, 2, 3, 4] }, "tensor.data ([1, 2, 3, 4]) must be a Float32Array"],
  ])("refuses %o, which is no tensor", (value, words) => {
    expectError(() => toLayout(value as Tensor, "nhwc"), "ERR_SHAPE", words);
  });

  it.each([["hwc"], [undefined], [0]])("refuses the layout %o", (layout) => {
    expectError(
      () => toLayout(zeros([1, 1, 1, 1]), layout as Layout),
      "ERR_INVALID_OPTION",
      "layout (",
      'must be one of "nchw", "nhwc"',
    );
  });
});

describe("transpose", () => {
  it("turns rows into columns", () => {
    const to = new Float32Array(6);
    transpose(Float32Array.of(1, 2, 3, 4, 5, 6), to, 2, 3);
    expect([...to]).toEqual([1, 4, 2, 5, 3, 6]);
  });
});

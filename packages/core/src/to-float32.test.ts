import { describe, expect, it } from "vitest";
import { fromImageData } from "./image-data.js";
import { tensor } from "./tensor.js";
import { expectError } from "./testing/expect-error.js";
import { runInNewContext } from "node:vm";

const flat = (data: Parameters<typeof tensor.from>[0], count: number): number[] => [
  ...tensor.from(data, [1, 1, 1, count]).data,
];

describe("tensor.from converts as torch.tensor(data).float()", () => {
  it.each<[ArrayLike<number | bigint | boolean>, number[]]>([
    [Float64Array.of(1e39, -1e39, 1e-46, 0.1, NaN), [Infinity, -Infinity, 0, 0.10000000149011612, NaN]],
    [Float32Array.of(0.1, -0), [0.10000000149011612, -0]],
    [Uint8Array.of(0, 255), [0, 255]],
    [Uint8ClampedArray.of(0, 300), [0, 255]],
    [Int8Array.of(-128, 127), [-128, 127]],
    [Int16Array.of(-32768, 32767), [-32768, 32767]],
    [Uint16Array.of(0, 65535), [0, 65535]],
    [Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 16777217), [-(2 ** 31), 2 ** 31, 16777216]],
    [Uint32Array.of(2 ** 32 - 1), [2 ** 32]],
    [
      [true, 2, 0.5, false],
      [1, 2, 0.5, 0],
    ],
    [BigInt64Array.of(-(2n ** 63n), -1n, 3n), [-(2 ** 63), -1, 3]],
    [BigUint64Array.of(2n ** 64n - 1n, 2n ** 63n), [2 ** 64, 2 ** 63]],
    [runInNewContext("Float64Array.of(0.1)") as Float64Array, [0.10000000149011612]],
  ])("%o", (data, expected) => {
    expect(flat(data, expected.length)).toEqual(expected);
  });

  it("a Float16Array, if the engine has this class: Node 24 and later", () => {
    expect("Float16Array" in globalThis).toBe(Number(process.versions.node.split(".")[0]) >= 24);
    if (!("Float16Array" in globalThis)) return;
    // The types of ES2022 have no Float16Array.
    const { Float16Array: Half } = globalThis as unknown as { Float16Array: typeof Float32Array };
    expect(flat(Half.of(65504, 6e-8, 1 / 3), 3)).toEqual([65504, 5.960464477539063e-8, 0.333251953125]);
  });

  // What PyTorch 1.13 gives for `torch.tensor([v]).float()`, less 2^60: rounding to float64 first would give 0.
  it.each([
    [2n ** 60n + 2n ** 36n + 1n, 2 ** 37],
    [2n ** 60n + 2n ** 36n, 0],
    [2n ** 60n + 2n ** 36n - 1n, 0],
    [2n ** 60n + 3n * 2n ** 36n - 1n, 2 ** 37],
    [2n ** 60n + 3n * 2n ** 36n, 2 ** 38],
  ])("the 64-bit integer %d, rounded once", (value, above) => {
    expect(flat([value, -value], 2)).toEqual([2 ** 60 + above, -(2 ** 60) - above]);
    expect(flat(BigInt64Array.of(value), 1)).toEqual([2 ** 60 + above]);
  });

  it("copies its argument, also a Float32Array", () => {
    const data = Float32Array.of(1);
    const made = tensor.from(data, [1, 1, 1, 1]);
    data[0] = 2;
    expect(made.data[0]).toBe(1);
  });
});

describe("tensor.from and shapes", () => {
  const nested = [[[[1, 2], [3, 4], [5, 6]]]]; // prettier-ignore

  it("takes the shape of the nesting, with or without a batch axis", () => {
    expect(tensor.from(nested)).toEqual({
      shape: [1, 1, 3, 2],
      layout: "nchw",
      data: Float32Array.of(1, 2, 3, 4, 5, 6),
    });
    expect(tensor.from(nested[0]!).shape).toEqual([1, 3, 2]);
    expect(tensor.from([[[Uint8Array.of(7, 8)]]]).data).toEqual(Float32Array.of(7, 8));
  });

  it("writes typed arrays of a nesting one behind the other", () => {
    const rows = [Uint8Array.of(1, 2), Float64Array.of(3, 4), BigInt64Array.of(5n, 6n)];
    expect(tensor.from([rows])).toMatchObject({ shape: [1, 3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
  });

  it("reads a nesting in the layout's order", () => {
    expect(tensor.from(nested, undefined, { layout: "nhwc" }).shape).toEqual([1, 2, 1, 3]);
    expect(tensor.from(nested[0]!, undefined, { layout: "nhwc" }).shape).toEqual([2, 1, 3]);
  });

  it("gives the numbers the shape of the second argument, in the order in which it reads them", () => {
    expect(tensor.from(nested, [1, 6, 1, 1])).toMatchObject({ shape: [1, 6, 1, 1] });
    expect(tensor.from([[1, 2], [3, 4]], [4, 1, 1]).shape).toEqual([4, 1, 1]); // prettier-ignore
  });

  it("makes an empty batch", () => {
    expect(tensor.from([], [0, 3, 8, 8])).toEqual({ shape: [0, 3, 8, 8], layout: "nchw", data: new Float32Array(0) });
  });

  it.each<[unknown, unknown, string]>([
    [[1, 2, 3], [1, 1, 1, 2], "data has 3 elements; expected 2 (shape [1, 1, 1, 2])"],
    [[1, 2], undefined, "shape of data ([2]) must be [n, c, h, w] or [c, h, w]"],
    [[[[[[1]]]]], undefined, "shape of data ([1, 1, 1, 1, 1]) must be [n, c, h, w] or [c, h, w]"],
    [[[[1, 2], [3]]], undefined, "data[0][1] has 1 elements; expected 2, as the arrays before it have"],
    [[[[1, 2]], 3], [1, 1, 2, 2], "data[1] (3) is no array; expected 1, as the arrays before it have"],
    [
      [[[1], [2]], Uint8Array.of(3, 4)],
      [1, 1, 2, 2],
      "data[1][0] (3) is no array; expected 1, as the arrays before it",
    ],
    [[1, [2]], [1, 1, 1, 2], "data[1] ([2]) must be a number, BigInt or boolean"],
    [[1, "2"], [1, 1, 1, 2], 'data[1] ("2") must be a number, BigInt or boolean'],
    [[1, null], [1, 1, 1, 2], "data[1] (null) must be a number"],
    [new Array(1), [1, 1, 1, 1], "data[0] (undefined) must be a number"],
    [[2n ** 64n], [1, 1, 1, 1], "data[0] (18446744073709551616n) must have 64 bits at most"],
    [[-(2n ** 63n) - 1n], [1, 1, 1, 1], "must have 64 bits at most"],
    [new DataView(new ArrayBuffer(4)), [1, 1, 1, 4], "data (a DataView of 4 bytes) must be a typed array, or numbers"],
    [new ArrayBuffer(4), [1, 1, 1, 1], "data (an ArrayBuffer) must be a typed array"],
    ["12", [1, 1, 1, 2], 'data ("12") must be a typed array'],
    [5, undefined, "data (5) must be a typed array"],
    [undefined, undefined, "data (undefined) must be a typed array"],
  ])("refuses %o for the shape %o", (data, shape, words) => {
    expectError(() => tensor.from(data as never, shape as never), "ERR_SHAPE", words);
  });

  it("refuses a list that contains itself", () => {
    const list: unknown[] = [];
    list.push(list);
    const sizes = "shape of data ([1, 1, 1, 1, 1]) must be [n, c, h, w] or [c, h, w]";
    expectError(() => tensor.from(list as never), "ERR_SHAPE", sizes);
    expectError(() => tensor.from(list as never, [1, 1, 1, 1]), "ERR_SHAPE", "must be a number, BigInt or boolean");
  });

  it("is named in the error of tensor for another array, and takes that array", () => {
    const data = Float64Array.of(1, 2);
    expectError(() => tensor(data as never, [1, 1, 1, 2]), "ERR_SHAPE", "tensor.from converts other arrays");
    expect(tensor.from(data, [1, 1, 1, 2]).data).toEqual(Float32Array.of(1, 2));
    expectError(() => tensor([true] as never, [1, 1, 1, 1]), "ERR_SHAPE", "data[0] (true) must be a number");
  });

  it("is named in the error of fromImageData for float pixels, and takes these pixels", () => {
    const image = { width: 1, height: 1, data: Float32Array.of(1, 1, 1, 1) };
    expectError(() => fromImageData(image), "ERR_SHAPE", "a Float32Array of 16 bytes", "tensor.from");
    expect(tensor.from(image.data, [1, 4, 1, 1], { layout: "nhwc" }).shape).toEqual([1, 4, 1, 1]);
  });
});

import { afterEach, describe, expect, it, vi } from "vitest";
import { fromImageData, type Pixels, toImageData } from "./image-data.js";
import { randomUniform, tensor, toLayout, zeros } from "./tensor.js";
import { expectError } from "./testing/expect-error.js";

describe("fromImageData", () => {
  it("keeps red, green and blue as fractions and drops alpha", () => {
    const image = { width: 2, height: 1, data: Uint8ClampedArray.of(255, 0, 51, 7, 0, 102, 255, 200) };
    expect(fromImageData(image)).toEqual({
      shape: [1, 3, 1, 2],
      layout: "nhwc",
      data: Float32Array.of(1, 0, 0.2, 0, 0.4, 1),
    });
  });

  it("reads every row of an image", () => {
    const data = Uint8ClampedArray.from({ length: 2 * 3 * 4 }, (_, at) => at);
    const expected = [0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 16, 17, 18, 20, 21, 22];
    expect(fromImageData({ width: 2, height: 3, data })).toEqual({
      shape: [1, 3, 3, 2],
      layout: "nhwc",
      data: Float32Array.from(expected, (value) => value / 255),
    });
  });

  it.each<[unknown, string]>([
    [{ width: 2, height: 3, data: new Uint8ClampedArray(6) }, "imageData.data has 6 bytes; expected 24 (3 x 2 RGBA)"],
    [
      { width: 2, height: 3, data: new Uint8ClampedArray(18) },
      "imageData.data has 18 bytes; expected 24 (3 x 2 RGBA); three bytes a pixel are RGB: sharp's ensureAlpha() adds alpha",
    ],
    [
      { width: 1, height: 1, data: Float32Array.of(1, 0.5, 0, 1) },
      "imageData.data (a Float32Array of 16 bytes) must be bytes; tensor.from takes floats",
    ],
    [{ width: 0, height: 1, data: [] }, "w (0) must be an integer of at least 1"],
    [{ width: 1.5, height: 2, data: new Uint8ClampedArray(12) }, "w (1.5) must be an integer"],
    [{ width: 65536, height: 65536, data: [] }, "the most is 2^31 - 1"],
    [{ width: 1, height: 1 }, "imageData ({ width, height }) must have width, height and RGBA data"],
    [null, "imageData (null) must have width, height and RGBA data"],
    [undefined, "imageData (undefined) must have width, height and RGBA data"],
    ["image.png", 'imageData ("image.png") must have width, height and RGBA data'],
  ])("refuses %o", (image, words) => {
    expectError(() => fromImageData(image as ImageData), "ERR_SHAPE", words);
  });
});

describe("toImageData", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("gives every byte back that fromImageData read", () => {
    const data = Uint8ClampedArray.from({ length: 256 * 4 }, (_, at) => (at % 4 === 3 ? 255 : (at >> 2) ^ (at % 4)));
    const image = { width: 16, height: 16, data };
    expect(toImageData(fromImageData(image))).toEqual(image);
  });

  it("is the same in both layouts, and without a batch axis", () => {
    const x = randomUniform([1, 3, 5, 7], { seed: 1 });
    const expected = toImageData(x);
    expect([expected.width, expected.height, expected.data.length]).toEqual([7, 5, 140]);
    expect(toImageData(toLayout(x, "nhwc"))).toEqual(expected);
    expect(toImageData(tensor(x.data, [3, 5, 7]))).toEqual(expected);
  });

  it("rounds to the nearest byte and clamps; NaN is 0", () => {
    const values = [-1, 0, 0.49 / 255, 0.51 / 255, 1.49 / 255, 1, 1.001, 300, Infinity, -Infinity, NaN, 0.2];
    const { data } = toImageData(tensor(values, [1, 1, 1, values.length]));
    expect([...data].filter((_, at) => at % 4 === 0)).toEqual([0, 0, 0, 1, 1, 255, 255, 255, 255, 0, 0, 51]);
  });

  it.each<[number, number[], number[]]>([
    [1, [0.2], [51, 51, 51, 255]],
    [3, [0.2, 0.4, 1], [51, 102, 255, 255]],
    [4, [0.2, 0.4, 1, 0.6], [51, 102, 255, 153]],
  ])("makes pixels of %d channels", (c, values, bytes) => {
    expect(toImageData(tensor(values, [1, c, 1, 1]))).toEqual({
      width: 1,
      height: 1,
      data: Uint8ClampedArray.from(bytes),
    });
  });

  it("keeps rows and columns apart", () => {
    const { width, height, data } = toImageData(tensor([0, 0.2, 0.4, 0.6, 0.8, 1], [1, 1, 2, 3]));
    expect([width, height]).toEqual([3, 2]);
    expect([...data].filter((_, at) => at % 4 === 0)).toEqual([0, 51, 102, 153, 204, 255]);
  });

  it("is of the class ImageData if the engine has this class", () => {
    class ImageData implements Pixels {
      constructor(
        readonly data: Pixels["data"],
        readonly width: number,
        readonly height: number,
      ) {}
    }
    vi.stubGlobal("ImageData", ImageData);
    const made = toImageData(zeros([1, 1, 2, 3]));
    expect(made).toBeInstanceOf(ImageData);
    expect([made.width, made.height, made.data.length]).toEqual([3, 2, 24]);
  });

  it.each<[unknown, string]>([
    [zeros([2, 3, 4, 4]), "image ([2, 3, 4, 4]) has 2 images; expected 1: tensor(data.subarray("],
    [zeros([0, 3, 4, 4]), "image ([0, 3, 4, 4]) has 0 images; expected 1"],
    [zeros([1, 2, 4, 4]), "image ([1, 2, 4, 4]) has 2 channels; expected 1 (grey), 3 (RGB) or 4 (RGBA)"],
    [zeros([1, 4, 4, 3]).data, "image (a Float32Array of 192 bytes) must be a Tensor"],
    [undefined, "image (undefined) must be a Tensor"],
  ])("refuses %o", (image, words) => {
    expectError(() => toImageData(image as never), "ERR_SHAPE", words);
  });
});

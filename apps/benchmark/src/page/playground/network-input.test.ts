import { describe, expect, test } from "vitest";
import { imageInput, toInput } from "./network-input.js";

describe("imageInput", () => {
  test.each([
    ["NCHW", { x: { dims: [1, 3, 128, 96], layout: "nchw" } }, { channels: 3, height: 128, width: 96, fixed: true }],
    ["NHWC", { x: { dims: [1, 320, 256, 4], layout: "nhwc" } }, { channels: 4, height: 320, width: 256, fixed: true }],
    [
      "any size",
      { x: { dims: ["n", "?", "h", "w"], layout: "nchw" } },
      { channels: 3, height: 224, width: 224, fixed: false },
    ],
    [
      "any width",
      { x: { dims: ["n", 1, 48, "w"], layout: "nchw" } },
      { channels: 1, height: 48, width: 224, fixed: false },
    ],
  ] as const)("%s", (_, details, expected) => {
    expect(imageInput(details)).toEqual({ name: "x", ...expected });
  });

  test.each([
    ["two inputs", { a: { dims: [1], layout: "nchw" }, b: { dims: [1], layout: "nchw" } }, '2 ("a", "b")'],
    ["no input", {}, "0 (none)"],
    ["a list of tokens", { ids: { dims: [1, 77], layout: "nchw" } }, "dimensions [1, 77]"],
    ["features", { x: { dims: [1, 64, 56, 56], layout: "nchw" } }, "64 channels"],
    ["a batch", { x: { dims: [8, 3, 56, 56], layout: "nchw" } }, "8 images at once"],
    ["a huge one", { x: { dims: [1, 3, 4096, 56], layout: "nchw" } }, "56 x 4096"],
  ] as const)("%s is refused, with its reason", (_, details, words) => {
    expect(imageInput(details)).toEqual({ refused: expect.stringContaining(words) });
  });
});

describe("toInput", () => {
  const pixels = { width: 2, height: 1, data: Float32Array.of(0, 0.5, 1, 1, 1, 1) };
  const input = { name: "x", channels: 3, height: 1, width: 2, fixed: true } as const;

  test("channels come first, and values are scaled as asked", () => {
    expect([...toInput(pixels, input, "0 to 1").data]).toEqual([0, 1, 0.5, 1, 1, 1]);
    expect([...toInput(pixels, input, "-1 to 1").data]).toEqual([-1, 1, 0, 1, 1, 1]);
    expect([...toInput(pixels, input, "0 to 255").data]).toEqual([0, 255, 127.5, 255, 255, 255]);
    expect(toInput(pixels, input, "ImageNet").data[0]).toBeCloseTo(-0.485 / 0.229, 6);
  });

  test("one channel is grey; a fourth is opaque", () => {
    const grey = toInput(pixels, { ...input, channels: 1 }, "0 to 1");
    expect(grey.data[0]).toBeCloseTo(0.587 / 2 + 0.114, 6);
    expect(grey.data[1]).toBeCloseTo(1, 6);
    expect([...toInput(pixels, { ...input, channels: 4 }, "0 to 1").data].slice(6)).toEqual([1, 1]);
  });

  test("pixels of another size are refused", () => {
    expect(() => toInput(pixels, { ...input, width: 3 }, "0 to 1")).toThrow("pixels are 2 x 1; the input is 3 x 1");
  });
});

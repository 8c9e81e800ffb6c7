import { describe, expect, it } from "vitest";
import { checkPadding, samePadding } from "./padding.js";
import { expectError } from "./testing/expect-error.js";

describe("checkPadding", () => {
  it.each<[unknown, unknown]>([
    [0, { pt: 0, pl: 0, pb: 0, pr: 0 }],
    [2, { pt: 2, pl: 2, pb: 2, pr: 2 }],
    [[1, 2], { pt: 1, pl: 2, pb: 1, pr: 2 }],
    ["valid", { pt: 0, pl: 0, pb: 0, pr: 0 }],
    ["same", "same"],
    [
      { top: 1, left: 2, bottom: 3, right: 4 },
      { pt: 1, pl: 2, pb: 3, pr: 4 },
    ],
    [{ bottom: 1 }, { pt: 0, pl: 0, pb: 1, pr: 0 }],
    [
      { bottom: 1, right: undefined },
      { pt: 0, pl: 0, pb: 1, pr: 0 },
    ],
    [{}, { pt: 0, pl: 0, pb: 0, pr: 0 }],
  ])("%o is %o", (padding, pads) => {
    expect(checkPadding(padding)).toEqual(pads);
  });

  it.each<[unknown, string]>([
    [-1, "padding (-1) must be an integer from 0"],
    [0.5, "padding (0.5) must be an integer from 0"],
    [NaN, "padding (NaN) must be an integer from 0"],
    [Infinity, "padding (Infinity) must be an integer from 0"],
    [2 ** 31, "padding (2147483648) must be an integer from 0 to 2^31 - 1"],
    [
      "SAME",
      'padding ("SAME") must be an integer, [h, w], "same", "sameLower", "valid" or { top, left, bottom, right }',
    ],
    ["1", 'padding ("1") must be an integer'],
    [null, "padding (null) must be an integer"],
    [true, "padding (true) must be an integer"],
    [[1], "padding ([1]) must have two entries"],
    [[1, 1, 1, 1], "padding ([1, 1, 1, 1]) must have two entries"],
    [[1, -1], "padding[1] (-1) must be an integer from 0"],
    [{ Top: 1 }, 'padding has no key "Top"; it is written "top"'],
    [{ up: 1 }, 'padding has no key "up"; its keys are top, left, bottom, right'],
    [{ left: -1 }, "padding.left (-1) must be an integer from 0"],
    [{ top: null }, "padding.top (null) must be an integer from 0"],
    [{ right: "1" }, 'padding.right ("1") must be an integer from 0'],
  ])("refuses %o", (padding, words) => {
    expectError(() => checkPadding(padding), "ERR_INVALID_OPTION", words);
  });
});

describe('samePadding at stride 1 is PyTorch\'s "same"', () => {
  // dilation * (kernel - 1) in all, the smaller half before.
  it.each([
    { size: 5, kernel: 1, dilation: 1, pads: [0, 0] },
    { size: 5, kernel: 2, dilation: 1, pads: [0, 1] },
    { size: 5, kernel: 3, dilation: 1, pads: [1, 1] },
    { size: 5, kernel: 4, dilation: 1, pads: [1, 2] },
    { size: 7, kernel: 3, dilation: 2, pads: [2, 2] },
    { size: 7, kernel: 2, dilation: 3, pads: [1, 2] },
    { size: 1, kernel: 5, dilation: 1, pads: [2, 2] },
  ])("size $size, kernel $kernel, dilation $dilation: $pads", ({ size, kernel, dilation, pads }) => {
    expect(samePadding("same", size, kernel, 1, dilation)).toEqual(pads);
  });
});

describe("samePadding at a stride is TensorFlow's SAME", () => {
  // (ceil(size / stride) - 1) * stride + dilation * (kernel - 1) + 1 - size in all, the smaller half before.
  it.each([
    { size: 224, kernel: 3, stride: 2, dilation: 1, pads: [0, 1] },
    { size: 225, kernel: 3, stride: 2, dilation: 1, pads: [1, 1] },
    { size: 224, kernel: 7, stride: 2, dilation: 1, pads: [2, 3] },
    { size: 5, kernel: 1, stride: 2, dilation: 1, pads: [0, 0] },
    { size: 6, kernel: 1, stride: 2, dilation: 1, pads: [0, 0] },
    { size: 4, kernel: 2, stride: 3, dilation: 1, pads: [0, 1] },
    { size: 10, kernel: 3, stride: 3, dilation: 2, pads: [2, 2] },
  ])(
    "size $size, kernel $kernel, stride $stride, dilation $dilation: $pads",
    ({ size, kernel, stride, dilation, pads }) => {
      expect(samePadding("same", size, kernel, stride, dilation)).toEqual(pads);
    },
  );
});

describe("sameLower is ONNX's SAME_LOWER", () => {
  // pad_total = (ceil(size / stride) - 1) * stride + (kernel - 1) * dilation + 1 - size, the larger half before.
  it.each([
    { size: 8, kernel: 2, stride: 1, dilation: 1, pads: [1, 0] },
    { size: 7, kernel: 4, stride: 1, dilation: 1, pads: [2, 1] },
    { size: 224, kernel: 3, stride: 2, dilation: 1, pads: [1, 0] },
    { size: 225, kernel: 3, stride: 2, dilation: 1, pads: [1, 1] },
    { size: 7, kernel: 2, stride: 1, dilation: 3, pads: [2, 1] },
    { size: 10, kernel: 5, stride: 3, dilation: 1, pads: [2, 2] },
    { size: 11, kernel: 5, stride: 3, dilation: 1, pads: [2, 1] },
    { size: 9, kernel: 1, stride: 2, dilation: 1, pads: [0, 0] },
    { size: 10, kernel: 1, stride: 4, dilation: 1, pads: [0, 0] },
  ])(
    "size $size, kernel $kernel, stride $stride, dilation $dilation: $pads",
    ({ size, kernel, stride, dilation, pads }) => {
      expect(samePadding("sameLower", size, kernel, stride, dilation)).toEqual(pads);
      expect(samePadding("same", size, kernel, stride, dilation)).toEqual([...pads].reverse());
    },
  );
});

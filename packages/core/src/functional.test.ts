import { describe, expect, it } from "vitest";
import type { Backend } from "./backend.js";
import { conv2d, type Conv2dFunctionOptions } from "./functional.js";
import { tensor, type Tensor, toLayout } from "./tensor.js";
import { expectRejection } from "./testing/expect-error.js";
import { plainBackend } from "./testing/plain-backend.js";

const { backend } = plainBackend();
const row = tensor([1, 2, 3], [1, 1, 1, 3]);
/** Each tap has its own decimal place, so that an answer shows what was read where. */
const taps = tensor([1, 10, 100], [1, 1, 1, 3]);
const square = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 3, 3]);
const square2 = tensor([1, 10, 100, 1000], [1, 1, 2, 2]);

describe("conv2d, by hand", () => {
  it.each<[string, Tensor, Tensor, Conv2dFunctionOptions, readonly number[]]>([
    ["no padding", row, taps, {}, [321]],
    ["zeros", row, taps, { padding: [0, 1] }, [210, 321, 32]],
    ["reflect", row, taps, { padding: [0, 1], paddingMode: "reflect" }, [212, 321, 232]],
    [
      "reflect, as wide as it can be",
      row,
      taps,
      { padding: [0, 2], paddingMode: "reflect" },
      [123, 212, 321, 232, 123],
    ],
    ["replicate", row, taps, { padding: [0, 1], paddingMode: "replicate" }, [211, 321, 332]],
    ["circular", row, taps, { padding: [0, 1], paddingMode: "circular" }, [213, 321, 132]],
    ["circular, all the way round", row, taps, { padding: { left: 3 }, paddingMode: "circular" }, [321, 132, 213, 321]],
    ["one edge", row, taps, { padding: { right: 1 } }, [321, 32]],
    ["same", row, taps, { padding: "same" }, [210, 321, 32]],
    ["same at stride 2", row, taps, { padding: "same", stride: 2 }, [210, 32]],
    ["stride", row, tensor([1], [1, 1, 1, 1]), { stride: 2 }, [1, 3]],
    ["dilation", row, tensor([1, 10], [1, 1, 1, 2]), { dilation: 2 }, [31]],
    ["a square kernel", square, square2, {}, [5421, 6532, 8754, 9865]],
    ["unequal strides", square, square2, { stride: [1, 2] }, [5421, 8754]],
    ["unequal dilation", square, square2, { dilation: [2, 1] }, [8721, 9832]],
    ["bias", row, taps, { bias: Float32Array.of(-300) }, [21]],
    ["relu", row, taps, { bias: Float32Array.of(-322), activation: "relu" }, [0]],
    ["relu6", row, taps, { activation: "relu6" }, [6]],
    ["a clamp", row, taps, { activation: { clamp: [-1, 300] } }, [300]],
    [
      "two groups",
      tensor([1, 2, 3, 4], [1, 4, 1, 1]),
      tensor([1, 10, 100, 1000], [2, 2, 1, 1]),
      { groups: 2 },
      [21, 4300],
    ],
    [
      "depthwise with two outputs a channel",
      tensor([1, 2], [1, 2, 1, 1]),
      tensor([1, 10, 100, 1000], [4, 1, 1, 1]),
      { groups: 2 },
      [1, 10, 200, 2000],
    ],
    [
      "several channels in and out",
      tensor([1, 2], [1, 2, 1, 1]),
      tensor([1, 10, 100, 1000], [2, 2, 1, 1]),
      {},
      [21, 2100],
    ],
    ["a batch", tensor([1, 2, 3, 4], [2, 2, 1, 1]), tensor([1, 10], [1, 2, 1, 1]), {}, [21, 43]],
  ])("%s", async (_, x, weight, options, expected) => {
    const y = await conv2d(backend, x, weight, options);
    expect([...y.data]).toEqual(expected);
    expect(y.layout).toBe("nchw");
  });
});

describe("conv2d", () => {
  const x = tensor([1, 2, 3, 4, 5, 6], [1, 2, 1, 3]);
  const weight = tensor([1, 10, 100, 1000, 2, 20, 200, 2000], [2, 2, 1, 2]);
  // 1 + 20 + 400 + 5000, 2 + 30 + 500 + 6000, and twice that
  const expected = tensor([5421, 6532, 10842, 13064], [1, 2, 1, 2]);

  it.each(["nchw", "nhwc"] as const)("answers in the layout of its input, %s", async (layout) => {
    expect(await conv2d(backend, toLayout(x, layout), weight)).toEqual(toLayout(expected, layout));
  });

  it("takes a weight in NHWC", async () => {
    expect(await conv2d(backend, x, toLayout(weight, "nhwc"))).toEqual(expected);
  });

  it("changes no operand, and keeps no memory after it has finished", async () => {
    const own = plainBackend();
    const [xBefore, weightBefore] = [x.data.slice(), weight.data.slice()];
    await conv2d(own.backend, x, weight, { accuracy: "strict" });
    expect(own.live()).toEqual({ bytes: 0, plans: 0 });
    expect([x.data, weight.data]).toEqual([xBefore, weightBefore]);
  });

  it("keeps no memory if it fails", async () => {
    const own = plainBackend({
      fail: (call) => {
        if (call === "execute") throw new Error("lost");
      },
    });
    await expectRejection(conv2d(own.backend, x, weight), "ERR_EXECUTION", "plain: lost");
    expect(own.live()).toEqual({ bytes: 0, plans: 0 });
  });

  it.each<[string, unknown, unknown, unknown, string, "ERR_INVALID_OPTION" | "ERR_SHAPE"]>([
    [
      "an input of other channels",
      row,
      weight,
      {},
      "input ([1, 1, 1, 3]) has 1 channels; expected inChannels (2)",
      "ERR_SHAPE",
    ],
    [
      "a weight that is an array",
      x,
      weight.data,
      {},
      "weight (a Float32Array of 32 bytes) must be a Tensor",
      "ERR_SHAPE",
    ],
    ["no input", undefined, weight, {}, "input (undefined) must be a Tensor", "ERR_SHAPE"],
    [
      "a bias of another size",
      x,
      weight,
      { bias: new Float32Array(3) },
      "bias has 3 elements; expected 2",
      "ERR_SHAPE",
    ],
    ["a bias of null", x, weight, { bias: null }, "bias (null) must be a Float32Array", "ERR_SHAPE"],
    [
      "a kernel larger than the input",
      x,
      tensor(new Float32Array(16), [2, 2, 1, 4]),
      {},
      "kernelSize (1 x 4) must fit in the padded input (1 x 3)",
      "ERR_SHAPE",
    ],
    [
      "groups that do not divide",
      tensor(new Float32Array(6), [1, 6, 1, 1]),
      tensor(new Float32Array(4), [2, 2, 1, 1]),
      { groups: 3 },
      "groups (3) must divide outChannels (2)",
      "ERR_INVALID_OPTION",
    ],
    ["groups of -1", x, weight, { groups: -1 }, "groups (-1) must be an integer from 1", "ERR_INVALID_OPTION"],
    ["groups in words", x, weight, { groups: "1" }, 'groups ("1") must be an integer from 1', "ERR_INVALID_OPTION"],
    ["a stride of 0", x, weight, { stride: 0 }, "stride (0) must be an integer from 1", "ERR_INVALID_OPTION"],
    [
      "an unknown accuracy",
      x,
      weight,
      { accuracy: "best" },
      'accuracy ("best") must be one of "fast", "strict"',
      "ERR_INVALID_OPTION",
    ],
    [
      "an unknown key",
      x,
      weight,
      { pad: 1 },
      'conv2d options has no key "pad"; its keys are stride, padding',
      "ERR_INVALID_OPTION",
    ],
    ["null for options", x, weight, null, "conv2d options (null) must be an object", "ERR_INVALID_OPTION"],
  ])("refuses %s before it takes anything of the backend", async (_, input, kernel, options, words, code) => {
    const own = plainBackend();
    await expectRejection(
      conv2d(own.backend, input as Tensor, kernel as Tensor, options as Conv2dFunctionOptions),
      code,
      words,
    );
    expect(own.calls).toEqual([]);
  });

  it("refuses a factory's promise for a backend", async () => {
    await expectRejection(
      conv2d(Promise.resolve(backend) as unknown as Backend, x, weight),
      "ERR_INVALID_OPTION",
      "backend (a Promise) must be a Backend; a factory's answer has to be awaited",
    );
  });
});

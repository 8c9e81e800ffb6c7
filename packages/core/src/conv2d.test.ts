import { describe, expect, it } from "vitest";
import { Conv2d, type Conv2dOptions, type Conv2dWeights, depthwiseSeparable } from "./conv2d.js";
import { ConvTranspose2d } from "./conv-transpose2d.js";
import { linear } from "./linear.js";
import { prepare } from "./prepare.js";
import type { Shape4 } from "./shape.js";
import { tensor, zeros } from "./tensor.js";
import { expectError, expectRejection } from "./testing/expect-error.js";
import { plainBackend } from "./testing/plain-backend.js";

const SMALL: Conv2dOptions = { inChannels: 4, outChannels: 6, kernelSize: 3 };

describe("Conv2d", () => {
  it("has torch.nn.Conv2d's defaults", () => {
    expect(new Conv2d(SMALL)).toMatchObject({
      inChannels: 4,
      outChannels: 6,
      kernelSize: [3, 3],
      stride: [1, 1],
      padding: { pt: 0, pl: 0, pb: 0, pr: 0 },
      dilation: [1, 1],
      groups: 1,
      hasBias: true,
      paddingMode: "zeros",
      activation: undefined,
      weightShape: [6, 4, 3, 3],
    });
  });

  it("passes every option on to its problem", () => {
    const conv = new Conv2d({
      inChannels: 4,
      outChannels: 6,
      kernelSize: [3, 2],
      stride: [2, 1],
      padding: { top: 1, left: 2, bottom: 3, right: 0 },
      dilation: [1, 2],
      groups: 2,
      bias: false,
      paddingMode: "reflect",
      activation: { clamp: [-1, 1] },
    });
    // oh = (9 + 4 - 2 - 1) / 2 + 1 = 6; ow = 8 + 2 - 2 - 1 + 1 = 8
    expect(conv.problem([5, 4, 9, 8], { residual: true })).toEqual({
      n: 5,
      g: 2,
      ic: 4,
      ih: 9,
      iw: 8,
      oc: 6,
      oh: 6,
      ow: 8,
      kh: 3,
      kw: 2,
      sh: 2,
      sw: 1,
      pt: 1,
      pl: 2,
      pb: 3,
      pr: 0,
      dh: 1,
      dw: 2,
      paddingMode: "reflect",
      bias: false,
      residual: true,
      activation: { clamp: [-1, 1] },
    });
    expect(conv.outputShape([5, 4, 9, 8])).toEqual([5, 6, 6, 8]);
    expect(conv.weightShape).toEqual([6, 2, 3, 2]);
  });

  it.each<[Conv2dOptions["padding"], number, readonly number[]]>([
    ["valid", 1, [0, 0, 0, 0]],
    [1, 1, [1, 1, 1, 1]],
    [[1, 0], 1, [1, 0, 1, 0]],
    [{ right: 2 }, 1, [0, 0, 0, 2]],
    ["same", 1, [1, 1, 1, 1]],
    ["same", 2, [0, 1, 1, 1]], // 8 rows leave an odd remainder at the bottom, 7 columns none
  ])("padding %o at stride %d gives top, left, bottom and right %o", (padding, stride, pads) => {
    const { pt, pl, pb, pr } = new Conv2d({ ...SMALL, padding: padding!, stride }).problem([1, 4, 8, 7]);
    expect([pt, pl, pb, pr]).toEqual(pads);
  });

  it('gives ceil(size / stride) outputs for padding "same"', () => {
    for (const stride of [1, 2, 3]) {
      for (const dilation of [1, 2]) {
        for (const size of [1, 2, 7, 8, 9]) {
          const [, , oh, ow] = new Conv2d({ ...SMALL, padding: "same", stride, dilation }).outputShape([
            1,
            4,
            size,
            size,
          ]);
          expect([oh, ow]).toEqual([Math.ceil(size / stride), Math.ceil(size / stride)]);
        }
      }
    }
  });

  it("counts the textbook's costs", () => {
    const standard = new Conv2d({ inChannels: 3, outChannels: 128, kernelSize: 3 });
    const depthwise = new Conv2d({ inChannels: 3, outChannels: 3, kernelSize: 3, groups: 3 });
    const pointwise = new Conv2d({ inChannels: 3, outChannels: 128, kernelSize: 1 });
    expect(standard.cost([1, 3, 7, 7]).macs).toBe(86400);
    expect(depthwise.cost([1, 3, 7, 7]).macs).toBe(675);
    expect(pointwise.cost([1, 3, 5, 5]).macs).toBe(9600);
  });
});

describe("Conv2d refuses the option", () => {
  const INTEGER = ["3", NaN, Infinity, -1, 1.5, 2 ** 31, null];

  it.each(["inChannels", "outChannels", "groups"])("%s that is no positive integer", (key) => {
    for (const value of [...INTEGER, 0, [4], true]) {
      expectError(
        () => new Conv2d({ ...SMALL, [key]: value }),
        "ERR_INVALID_OPTION",
        `${key} (`,
        "must be an integer from 1 to 2^31 - 1",
      );
    }
  });

  it.each(["kernelSize", "stride", "dilation"])("%s that is no positive integer or pair of them", (key) => {
    for (const value of [...INTEGER, 0, true, {}, [], [3], [3, 3, 3]]) {
      expectError(() => new Conv2d({ ...SMALL, [key]: value }), "ERR_INVALID_OPTION", `${key} (`);
    }
    for (const value of [...INTEGER, 0]) {
      expectError(
        () => new Conv2d({ ...SMALL, [key]: [1, value] }),
        "ERR_INVALID_OPTION",
        `${key}[1] (`,
        "must be an integer from 1",
      );
    }
  });

  it.each<[object, string]>([
    [{ inChannels: undefined }, "inChannels (undefined) must be an integer"],
    [{ kernelSize: undefined }, "kernelSize (undefined) must be an integer or [h, w]"],
    [{ padding: "full" }, 'padding ("full") must be an integer, [h, w], "same", "sameLower", "valid"'],
    [{ padding: -1 }, "padding (-1) must be an integer from 0"],
    [{ padding: null }, "padding (null) must be"],
    [{ groups: 4 }, "groups (4) must divide outChannels (6)"],
    [{ groups: 3 }, "groups (3) must divide inChannels (4)"],
    [{ bias: null }, "bias (null) must be true or false"],
    [{ bias: new Float32Array(6) }, "bias (a Float32Array of 24 bytes) must be true or false"],
    [{ paddingMode: "edge" }, 'paddingMode ("edge") must be one of "zeros", "reflect", "replicate", "circular"'],
    [{ paddingMode: null }, "paddingMode (null) must be one of"],
    [{ activation: "swish" }, 'activation ("swish") must be'],
    [{ padding_mode: "zeros" }, 'Conv2d options has no key "padding_mode"; it is written "paddingMode"'],
  ])("%o", (option, words) => {
    expectError(() => new Conv2d({ ...SMALL, ...option }), "ERR_INVALID_OPTION", words);
  });

  it.each([[undefined], [null], [3], [[4, 6, 3]]])("list %o", (options) => {
    expectError(
      () => new Conv2d(options as unknown as Conv2dOptions),
      "ERR_INVALID_OPTION",
      "Conv2d options (",
      "must be an object",
    );
  });

  it("kernelSize that makes a weight of more than 2^31 - 1 elements, without making it", () => {
    expectError(
      () => new Conv2d({ inChannels: 65536, outChannels: 65536, kernelSize: 1 }),
      "ERR_SHAPE",
      "weight ([65536, 65536, 1, 1]) has 4294967296 elements",
    );
  });
});

describe("weights given among the options", () => {
  const weight = new Float32Array(4);
  it.each<[string, () => unknown, string]>([
    ["Conv2d", () => new Conv2d({ ...SMALL, weight } as never), "new Conv2d(options, { weight, bias })"],
    ["Conv2d", () => new Conv2d({ ...SMALL, weights: {} } as never), "new Conv2d(options, { weight, bias })"],
    ["Conv2d", () => new Conv2d({ ...SMALL, seed: 1 } as never), "new Conv2d(options, { weight, bias })"],
    ["Conv2d", () => new Conv2d({ ...SMALL, bias: weight } as never), "new Conv2d(options, { weight, bias })"],
    ["linear", () => linear({ inFeatures: 1, outFeatures: 1, weight } as never), "linear(options, { weight, bias })"],
    [
      "ConvTranspose2d",
      () => new ConvTranspose2d({ ...SMALL, weight } as never, { weight }),
      "new ConvTranspose2d(options, { weight, bias })",
    ],
    [
      "depthwiseSeparable",
      () => depthwiseSeparable({ ...SMALL, weight } as never),
      "depthwiseSeparable(options, { depthwise: { weight, bias }",
    ],
  ])("of %s are refused, and the error names the second argument", (_, make, words) => {
    expectError(make, "ERR_INVALID_OPTION", "second argument", words);
  });

  it("parameters that are an array are refused", () => {
    const words = "Conv2d parameters (a Float32Array of 16 bytes) must be an object, { weight, bias }";
    expectError(() => new Conv2d(SMALL, weight as never), "ERR_INVALID_OPTION", words);
  });
});

describe("shapes of type number[]", () => {
  it("are checked at run time", () => {
    const shape = [1, 1, 8, 8];
    const layer = new Conv2d({ inChannels: 1, outChannels: 2, kernelSize: 3 });
    expect(layer.outputShape(shape)).toEqual([1, 2, 6, 6]);
    expect(layer.cost(shape)).toEqual(layer.cost([1, 1, 8, 8]));
    expect(zeros(shape)).toEqual(zeros([1, 1, 8, 8]));
    expect(tensor(new Float32Array(64), shape).shape).toEqual(shape);
    expectError(() => zeros([...shape, 1]), "ERR_SHAPE", "must be [n, c, h, w] or [c, h, w]");
  });

  it("are taken by prepare", async () => {
    const shape = [1, 1, 8, 8];
    const layer = new Conv2d({ inChannels: 1, outChannels: 2, kernelSize: 3 });
    const model = await prepare(plainBackend().backend, layer, shape);
    expect((await model.run(zeros(shape))).shape).toEqual([1, 2, 6, 6]);
  });
});

describe("a shape with channels last", () => {
  const layer = new Conv2d({ inChannels: 3, outChannels: 2, kernelSize: 3 });
  it("gives an error that says so, and a shape for another layer does not", () => {
    expectError(() => layer.problem([1, 224, 200, 3]), "ERR_SHAPE", "It looks like [n, h, w, c]", "[1, 3, 224, 200]");
    expectError(() => layer.problem([224, 200, 3]), "ERR_SHAPE", "It looks like [n, h, w, c]", "[3, 224, 200]");
    expectError(() => layer.problem([1, 4, 224, 200]), "ERR_SHAPE", "expected inChannels (3). Shapes are [n, c, h, w]");
  });

  it("gives an error that says so in a run, too", async () => {
    const model = await prepare(plainBackend().backend, layer, [1, 3, 6, 5]);
    await expectRejection(
      model.run(zeros([1, 6, 5, 3])),
      "ERR_SHAPE",
      'It looks like [n, h, w, c], and shapes are [n, c, h, w] in every layout: tensor(data, [1, 3, 6, 5], { layout: "nhwc" })',
    );
  });
});

describe("Conv2d's problem refuses", () => {
  const conv = new Conv2d(SMALL);

  it.each<[unknown, string]>([
    [[1, 3, 8, 8], "input ([1, 3, 8, 8]) has 3 channels; expected inChannels (4)"],
    [[1, 4, 2, 8], "kernelSize (3 x 3) must fit in the padded input (2 x 8)"],
    [[8, 8], "input ([8, 8]) must be [n, c, h, w] or [c, h, w]"],
    [[1, 4, 0, 8], "input ([1, 4, 0, 8]): h (0) must be an integer of at least 1"],
    [undefined, "input (undefined) must be [n, c, h, w]"],
  ])("the input %o", (shape, words) => {
    expectError(() => conv.problem(shape as Shape4), "ERR_SHAPE", words);
    expectError(() => conv.outputShape(shape as Shape4), "ERR_SHAPE", words);
    expectError(() => conv.cost(shape as Shape4), "ERR_SHAPE", words);
  });

  it("an unknown option", () => {
    expectError(
      () => conv.problem([1, 4, 8, 8], { residuals: true } as object),
      "ERR_INVALID_OPTION",
      'problem options has no key "residuals"',
    );
  });
});

describe("Conv2d's weights", () => {
  const weight = new Float32Array(6 * 4 * 3 * 3);
  const bias = new Float32Array(6);

  it("are the caller's arrays, not copies", () => {
    expect(new Conv2d(SMALL, { weight, bias }).weights).toEqual({ weight, bias });
    expect(new Conv2d(SMALL, { weight, bias }).weights.weight).toBe(weight);
  });

  it("have no bias if the options have none", () => {
    expect(new Conv2d({ ...SMALL, bias: false }, { weight }).weights.bias).toBeUndefined();
    expect(new Conv2d({ ...SMALL, bias: false }).weights.bias).toBeUndefined();
  });

  it.each<[object, unknown, "ERR_SHAPE" | "ERR_INVALID_OPTION", string]>([
    [
      {},
      { weight, bias: new Float32Array(4) },
      "ERR_SHAPE",
      "bias has 4 elements; expected 6 (one for each of outChannels)",
    ],
    [
      {},
      { weight: new Float32Array(54), bias },
      "ERR_SHAPE",
      "weight has 54 elements; expected 216 (OIHW [6, 4, 3, 3])",
    ],
    [{ groups: 2 }, { weight, bias }, "ERR_SHAPE", "weight has 216 elements; expected 108 (OIHW [6, 2, 3, 3])"],
    [{}, { weight: [...weight], bias }, "ERR_SHAPE", "weight (an array of 216) must be a Float32Array"],
    [{}, { weight: undefined, bias }, "ERR_SHAPE", "weight (undefined) must be a Float32Array"],
    [{}, { weight, bias: null }, "ERR_SHAPE", "bias (null) must be a Float32Array"],
    [{}, { weight }, "ERR_SHAPE", "bias is missing: pass a Float32Array of 6, or bias: false"],
    [{ bias: false }, { weight, bias }, "ERR_INVALID_OPTION", "a bias was given where bias is false"],
    [{}, { bias }, "ERR_INVALID_OPTION", "a bias was given without a weight"],
    [{}, { weight, bias, seed: 1 }, "ERR_INVALID_OPTION", "a seed was given with a weight"],
    [
      {},
      { weights: weight },
      "ERR_INVALID_OPTION",
      'Conv2d parameters has no key "weights"; its keys are weight, bias, seed',
    ],
    [{}, { seed: -1 }, "ERR_INVALID_OPTION", "seed (-1) must be an integer from 0"],
    [{}, { seed: null }, "ERR_INVALID_OPTION", "seed (null) must be an integer from 0"],
    [{}, weight, "ERR_INVALID_OPTION", "Conv2d parameters (a Float32Array of 864 bytes) must be an object, { weight"],
    [{}, null, "ERR_INVALID_OPTION", "Conv2d parameters (null) must be an object"],
  ])("are refused for options %o, row %#", (options, parameters, code, words) => {
    expectError(() => new Conv2d({ ...SMALL, ...options }, parameters as Conv2dWeights), code, words);
  });

  it("are made on first use, so that a layer of which only the cost is asked takes no memory", () => {
    // 2^31 - 1 weights would take 8 GB.
    const conv = new Conv2d({
      inChannels: 1,
      outChannels: 1,
      kernelSize: [1, 2 ** 31 - 1],
      padding: [0, 2 ** 30 - 1],
      bias: false,
    });
    expect(conv.cost([1, 1, 1, 1]).parameters).toBe(2 ** 31 - 1);
  });

  it("are made once", () => {
    const conv = new Conv2d(SMALL);
    expect(conv.weights).toBe(conv.weights);
  });

  it("are what torch.manual_seed(0); torch.nn.Conv2d(1, 1, 1) holds", () => {
    // fan_in 1: bound 1 for both, so 2 * rand - 1 of 0.4963 and 0.7682
    const { weight: made, bias: madeBias } = new Conv2d({ inChannels: 1, outChannels: 1, kernelSize: 1 }).weights;
    expect(made[0]!.toFixed(4)).toBe("-0.0075");
    expect(madeBias![0]!.toFixed(4)).toBe("0.5364");
  });

  it("are the same for the same seed, differ for another, and stay within 1 / sqrt(fan_in)", () => {
    const [a, b, c] = [3, 3, 4].map((seed) => new Conv2d(SMALL, { seed }).weights) as [
      Conv2dWeights,
      Conv2dWeights,
      Conv2dWeights,
    ];
    expect(a).toEqual(b);
    expect(a.weight).not.toEqual(c.weight);
    const bound = 1 / 6; // fan_in 4 * 3 * 3
    for (const value of [...a.weight, ...a.bias!]) expect(Math.abs(value)).toBeLessThanOrEqual(bound);
    expect(Math.max(...a.weight)).toBeGreaterThan(0.9 * bound);
    expect(Math.min(...a.weight)).toBeLessThan(-0.9 * bound);
  });
});

describe("depthwiseSeparable", () => {
  it("is a depthwise convolution with the spatial options and a pointwise one", () => {
    const [depthwise, pointwise] = depthwiseSeparable({
      inChannels: 3,
      outChannels: 128,
      kernelSize: 3,
      stride: 2,
      padding: 1,
      dilation: 2,
      paddingMode: "reflect",
      activation: "relu6",
    });
    expect(depthwise).toMatchObject({
      inChannels: 3,
      outChannels: 3,
      groups: 3,
      kernelSize: [3, 3],
      stride: [2, 2],
      dilation: [2, 2],
      paddingMode: "reflect",
      padding: { pt: 1, pl: 1, pb: 1, pr: 1 },
      activation: "relu6",
      hasBias: true,
    });
    expect(pointwise).toMatchObject({
      inChannels: 3,
      outChannels: 128,
      groups: 1,
      kernelSize: [1, 1],
      stride: [1, 1],
      dilation: [1, 1],
      paddingMode: "zeros",
      padding: { pt: 0, pl: 0, pb: 0, pr: 0 },
      activation: "relu6",
      hasBias: true,
    });
  });

  it("costs 675 + 9600 in the textbook's example", () => {
    const [depthwise, pointwise] = depthwiseSeparable({ inChannels: 3, outChannels: 128, kernelSize: 3 });
    expect([depthwise.cost([1, 3, 7, 7]).macs, pointwise.cost([1, 3, 5, 5]).macs]).toEqual([675, 9600]);
  });

  it("has inChannels x multiplier channels between its two layers", () => {
    const [depthwise, pointwise] = depthwiseSeparable({
      inChannels: 3,
      outChannels: 8,
      kernelSize: 3,
      multiplier: 2,
      bias: false,
    });
    expect(depthwise).toMatchObject({ outChannels: 6, groups: 3, hasBias: false });
    expect(pointwise).toMatchObject({ inChannels: 6, hasBias: false });
  });

  it("takes parameters for each of its two layers", () => {
    const weight = new Float32Array(2 * 9).fill(1);
    const bias = new Float32Array(2);
    const [depthwise, pointwise] = depthwiseSeparable(
      { inChannels: 2, outChannels: 1, kernelSize: 3 },
      { depthwise: { weight, bias }, pointwise: { seed: 5 } },
    );
    expect(depthwise.weights.weight).toBe(weight);
    expect(pointwise.weights).toEqual(
      new Conv2d({ inChannels: 2, outChannels: 1, kernelSize: 1 }, { seed: 5 }).weights,
    );
  });

  it.each<[object, string]>([
    [{ groups: 3 }, 'depthwiseSeparable options has no key "groups"'],
    [{ multiplier: 0 }, "multiplier (0) must be an integer from 1"],
    [{ multiplier: 1.5 }, "multiplier (1.5) must be an integer from 1"],
    [
      { multiplier: 2 ** 30, inChannels: 3 },
      "inChannels * multiplier (3221225472) must be an integer from 1 to 2^31 - 1",
    ],
    [{ inChannels: 0 }, "inChannels (0) must be an integer from 1"],
    [{ bias: "no" }, 'bias ("no") must be true or false'],
  ])("refuses %o", (options, words) => {
    expectError(
      () => depthwiseSeparable({ inChannels: 3, outChannels: 8, kernelSize: 3, ...options }),
      "ERR_INVALID_OPTION",
      words,
    );
  });

  it("refuses misspelt parameters", () => {
    expectError(
      () => depthwiseSeparable({ inChannels: 3, outChannels: 8, kernelSize: 3 }, { depthWise: { seed: 1 } } as object),
      "ERR_INVALID_OPTION",
      'depthwiseSeparable parameters has no key "depthWise"; it is written "depthwise"',
    );
  });
});

describe("padding: sameLower", () => {
  const conv = (stride: number, padding: "same" | "sameLower"): Conv2d =>
    new Conv2d(
      { inChannels: 1, outChannels: 1, kernelSize: [1, 2], stride, padding, bias: false },
      { weight: Float32Array.of(1, 10) },
    );

  it('has pads that differ from those of "same", and a problem stores only the pads', () => {
    expect(conv(1, "sameLower").padding).toBe("sameLower");
    expect(conv(1, "sameLower").problem([1, 1, 1, 3])).toMatchObject({ pt: 0, pl: 1, pb: 0, pr: 0, ow: 3 });
    expect(conv(1, "same").problem([1, 1, 1, 3])).toMatchObject({ pt: 0, pl: 0, pb: 0, pr: 1, ow: 3 });
  });

  // [1, 2, 3] * [1, 10]: with a zero before, 0+10, 1+20, 2+30; with a zero behind, 1+20, 2+30, 3+0. At a stride of 2 the
  // three need one pad, so two outputs: with a zero before, 0+10, 2+30; with a zero behind, 1+20, 3+0.
  it.each([
    [1, "sameLower", [10, 21, 32]],
    [1, "same", [21, 32, 3]],
    [2, "sameLower", [10, 32]],
    [2, "same", [21, 3]],
  ] as const)("stride %d, %s: %o", async (stride, padding, expected) => {
    const model = await prepare(plainBackend().backend, conv(stride, padding), [1, 1, 1, 3]);
    expect([...(await model.run(tensor([1, 2, 3], [1, 1, 1, 3]))).data]).toEqual(expected);
  });
});

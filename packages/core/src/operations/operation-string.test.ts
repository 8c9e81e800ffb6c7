import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryOperation } from "../testing/arbitrary-operation.js";
import { expectError } from "../testing/expect-error.js";
import { operationProblem, type OperationProblemSpec } from "./operation-problem.js";
import { formatOperation, isOperationString, parseOperation } from "./operation-string.js";

describe("an operation's string", () => {
  it("gives the same problem back, for every problem", () => {
    fc.assert(
      fc.property(arbitraryOperation, (problem) => {
        const text = formatOperation(problem);
        expect(text).toMatch(/^[\w.:+-]+$/);
        expect(isOperationString(text)).toBe(true);
        expect(parseOperation(text)).toEqual(problem);
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, OperationProblemSpec]>([
    [
      "maxPool2d_c64_ih112_kh3_sh2_pt1_pl1_pb1_pr1",
      { kind: "maxPool2d", c: 64, ih: 112, kh: 3, sh: 2, pt: 1, pl: 1, pb: 1, pr: 1 },
    ],
    [
      "avgPool2d_n2_c3_ih5_iw7_kh5_kw7_countExcludePad",
      { kind: "avgPool2d", n: 2, c: 3, ih: 5, iw: 7, kh: 5, kw: 7, countIncludePad: false },
    ],
    ["activation_silu_c96_h56", { kind: "activation", activation: "silu", c: 96, h: 56 }],
    ["activation_clamp-1:2.5_c1_h1", { kind: "activation", activation: { clamp: [-1, 2.5] }, c: 1, h: 1 }],
    ["activation_leakyRelu-0.25_c1_h1_w2", { kind: "activation", activation: { leakyRelu: -0.25 }, c: 1, h: 1, w: 2 }],
    ["multiply_c96_h56_perChannel_relu6", { kind: "multiply", c: 96, h: 56, perChannel: true, activation: "relu6" }],
    ["concat_channels64:32:32_h28", { kind: "concat", channels: [64, 32, 32], h: 28 }],
    [
      "activation_leakyRelu0.01_c1_h1",
      { kind: "activation", activation: { leakyRelu: Math.fround(0.01) }, c: 1, h: 1 },
    ],
    [
      "activation_hardSigmoid0.16666667:0.5_c1_h1",
      { kind: "activation", activation: { hardSigmoid: [1 / 6, 0.5] }, c: 1, h: 1 },
    ],
    ["add_c1_h1_clamp-0.1:0.7", { kind: "add", c: 1, h: 1, activation: { clamp: [-0.1, 0.7] } }],
    ["pad_c1_ih2_pb1_value0.3", { kind: "pad", c: 1, ih: 2, pb: 1, value: Math.fround(0.3) }],
    ["pad_c1_ih2_pb1_value-Infinity", { kind: "pad", c: 1, ih: 2, pb: 1, value: -Infinity }],
    [
      "upsample_c8_ih7_oh14_bilinear_halfPixel",
      { kind: "upsample", c: 8, ih: 7, oh: 14, mode: "bilinear", coordinates: "halfPixel" },
    ],
    ["groupNorm_g32_c64_h56", { kind: "groupNorm", g: 32, c: 64, h: 56, eps: 1e-5 }],
    ["layerNorm_c96_h56_eps0.000001", { kind: "layerNorm", c: 96, h: 56, eps: 1e-6 }],
    ["reshape_ic2_ih3_oc18_oh1_nhwc", { kind: "reshape", ic: 2, ih: 3, oc: 18, oh: 1, order: "nhwc" }],
  ])("%s", (text, spec) => {
    expect(formatOperation(operationProblem(spec))).toBe(text);
  });

  it.each([
    ["maxpool2d_c1_ih1_kh1", '"maxpool2d" is none of its kinds (activation, prelu, maxPool2d'],
    ["", '"" is none of its kinds'],
    ["maxPool2d_c1_ih1", "kh is missing"],
    ["maxPool2d_c1_ih1_kh1_kd1", '"kd1" is none of the words of maxPool2d (n, c, ih'],
    ["maxPool2d_c1_ih1_kh1_c2", '"c2" says again what was said already'],
    ["maxPool2d_c0_ih1_kh1", "c (0) must be an integer from 1"],
    ["activation_c1_h1", "activation is missing"],
    ["activation_mish_c1_h1", 'activation ("mish") must be one of'],
    ["upsample_c1_ih1_oh2", "mode is missing"],
    ["concat_h2", "channels is missing"],
    ["concat_channels1:_h2", '"channels1:" is none of the words of concat'],
  ])("refuses %s", (text, words) => {
    expectError(() => parseOperation(text), "ERR_INVALID_OPTION", words);
  });

  it("refuses a value that is no string", () => {
    expectError(() => parseOperation(6 as never), "ERR_INVALID_OPTION", "operation (6) must be a string");
  });

  it.each(["ic3_ih7_oc8_kh3", "max", "maxPool2dx_c1"])("isOperationString refuses %s", (text) => {
    expect(isOperationString(text)).toBe(false);
  });
});

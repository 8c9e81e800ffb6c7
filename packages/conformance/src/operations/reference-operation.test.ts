/** The reference gives results that were computed by hand from PyTorch's definitions, and keeps some laws. */

import { parseOperation, type UpsampleProblem } from "@convene/core";
import { upsampleSources } from "@convene/core/backend";
import { expect, test } from "vitest";
import { OPERATION_PROBLEMS } from "../cases/operations-problems.js";
import { referenceOperation } from "./reference-operation.js";
import { resizeSources } from "./resize-sources.js";

const count = (length: number): Float32Array => Float32Array.from({ length }, (_, at) => at);

/** The result for the given inputs. Default: inputs of 0, 1, 2, ... */
const run = (
  text: string,
  inputs: readonly (readonly number[] | Float32Array)[],
  slope?: readonly number[],
): number[] => [
  ...referenceOperation(
    parseOperation(text),
    inputs.map((data) => Float32Array.from(data)),
    slope ? { slope: Float32Array.from(slope) } : {},
  ),
];

test.each([
  ["activation_relu_c1_h1_w3", [-1, 0, 2], [0, 0, 2]],
  ["activation_relu6_c1_h1_w3", [-1, 5, 7], [0, 5, 6]],
  ["activation_clamp-1:2_c1_h1_w3", [-3, 0.5, 3], [-1, 0.5, 2]],
  ["activation_sigmoid_c1_h1_w3", [0, 2, -2], [0.5, 0.8807970779778823, 0.11920292202211755]],
  ["activation_hardSigmoid_c1_h1_w5", [-4, -3, 0, 1.5, 9], [0, 0, 0.5, 0.75, 1]],
  ["activation_hardSigmoid0.25:0.5_c1_h1_w3", [-3, 1, 3], [0, 0.75, 1]],
  ["activation_hardSwish_c1_h1_w4", [-4, -1.5, 3, 8], [0, -0.375, 3, 8]],
  ["activation_silu_c1_h1_w3", [0, 2, -2], [0, 1.7615941559557646, -0.2384058440442351]],
  ["activation_tanh_c1_h1_w3", [0, 1, -1], [0, 0.7615941559557649, -0.7615941559557649]],
  // x·Φ(x), with Φ from a table of the normal distribution.
  ["activation_gelu_c1_h1_w4", [0, 1, -1, -3], [0, 0.8413447460685429, -0.15865525393145707, -0.00404969409489031]],
  // Results of torch.nn.functional.gelu(x, approximate="tanh").
  ["activation_geluTanh_c1_h1_w3", [0, 1, -1], [0, 0.8411919906082768, -0.15880800939172324]],
  ["activation_leakyRelu0.5_c1_h1_w3", [-4, 0, 4], [-2, 0, 4]],
])("%s of %j is %j", (text, input, expected) => {
  run(text, [input]).forEach((y, at) => expect(y).toBeCloseTo(expected[at]!, 14));
});

test("prelu has a slope for each channel", () => {
  expect(run("prelu_n2_c2_h1", [[-1, -1, 1, -2]], [0.5, 3])).toEqual([-0.5, -3, 1, -6]);
});

test.each([
  ["maxPool2d_c1_ih3_kh2", [4, 5, 7, 8]],
  ["maxPool2d_c1_ih3_kh2_sh2", [4]],
  ["maxPool2d_c1_ih3_kh2_sh2_ceilMode", [4, 5, 7, 8]],
  ["maxPool2d_c1_ih3_kh2_dh2", [8]],
  ["maxPool2d_c1_ih3_kh1_sh2", [0, 2, 6, 8]],
  ["maxPool2d_c1_ih3_kh2_kw1_pt1", [0, 1, 2, 3, 4, 5, 6, 7, 8]],
  ["avgPool2d_c1_ih3_kh2", [2, 3, 5, 6]],
  // The window of the corner has the 0 and three values of the padding.
  ["avgPool2d_c1_ih3_kh2_sh2_pt1_pl1", [0, (1 + 2) / 4, (3 + 6) / 4, (4 + 5 + 7 + 8) / 4]],
  ["avgPool2d_c1_ih3_kh2_sh2_pt1_pl1_countExcludePad", [0, (1 + 2) / 2, (3 + 6) / 2, (4 + 5 + 7 + 8) / 4]],
  // Values beyond the padded input do not count, with either way of counting the padding.
  ["avgPool2d_c1_ih3_kh2_sh2_ceilMode", [2, (2 + 5) / 2, (6 + 7) / 2, 8]],
])("%s of 0 to 8 is %j", (text, expected) => {
  expect(run(text, [count(9)])).toEqual(expected);
});

// 1, 3, 5 and 7 have the mean 4 and the variance 5, and with eps = 4 the divisor 3. 1 and 3 have the mean 2 and the variance 1.
test.each([
  ["layerNorm_c4_h1_eps4", [1, 3, 5, 7], [-1, -1 / 3, 1 / 3, 1]],
  ["layerNorm_c2_h1_w2_eps0", [1, 5, 3, 7], [-1, -1, 1, 1]],
  ["groupNorm_g1_c2_h1_w2_eps4", [1, 3, 5, 7], [-1, -1 / 3, 1 / 3, 1]],
  ["groupNorm_g2_c2_h1_w2_eps0", [1, 3, 5, 7], [-1, 1, -1, 1]],
  ["groupNorm_n2_g1_c2_h1_eps3", [1, 3, 5, 7], [-0.5, 0.5, -0.5, 0.5]],
  ["groupNorm_g2_c4_h1_eps0", [1, 3, 15, 25], [-1, 1, -1, 1]],
])("%s of %j is %j", (text, input, expected) => {
  expect(run(text, [input])).toEqual(expected);
});

test("add and multiply go through a clamp, and take a second input for each channel", () => {
  const a = [1, -2, 3, -4];
  expect(run("add_c2_h1_w2", [a, [10, 20, 30, 40]])).toEqual([11, 18, 33, 36]);
  expect(run("add_c2_h1_w2_relu", [a, [-10, 20, -30, 40]])).toEqual([0, 18, 0, 36]);
  expect(run("multiply_c2_h1_w2_perChannel", [a, [10, 100]])).toEqual([10, -20, 300, -400]);
  expect(run("multiply_n2_c1_h1_w2_perChannel_relu6", [a, [1, -1]])).toEqual([1, 0, 0, 4]);
});

test.each([
  [
    "concat_n2_channels1:2_h1",
    [
      [1, 2],
      [3, 4, 5, 6],
    ],
    [1, 3, 4, 2, 5, 6],
  ],
  ["slice_c3_ih2_iw3_oc1_oh1_ow2_fc1_fh1_sw2", [count(18)], [9, 11]],
  ["channelShuffle_g2_c6_h1", [count(6)], [0, 3, 1, 4, 2, 5]],
  ["channelShuffle_g3_c6_h1", [count(6)], [0, 2, 4, 1, 3, 5]],
  ["pad_c1_ih1_iw2_pf1_pt1_pr1_value9", [[1, 2]], [9, 9, 9, 9, 9, 9, 9, 9, 9, 1, 2, 9]],
  // torch.nn.PixelShuffle's formula, and ONNX's DepthToSpace for dcr.
  ["pixelShuffle_ic4_ih1_iw2_rh2", [count(8)], [0, 2, 1, 3, 4, 6, 5, 7]],
  ["pixelShuffle_ic4_ih1_rh1_rw2", [count(4)], [0, 1, 2, 3]],
  ["pixelShuffle_ic4_ih1_rh1_rw2_dcr", [count(4)], [0, 2, 1, 3]],
  ["reshape_ic2_ih1_iw3_oc3_oh1_ow2", [count(6)], [0, 1, 2, 3, 4, 5]],
  // In channels-innermost order the elements are 0 3 1 4 2 5; three channels of two pixels take them three at a time.
  ["reshape_ic2_ih1_iw3_oc3_oh1_ow2_nhwc", [count(6)], [0, 4, 3, 2, 1, 5]],
])("%s of %j is %j", (text, inputs, expected) => {
  expect(run(text, inputs)).toEqual(expected);
});

test.each([
  ["upsample_c1_ih1_iw2_oh1_ow4_nearest", [10, 20], [10, 10, 20, 20]],
  ["upsample_c1_ih1_iw2_oh1_ow3_nearest", [10, 20], [10, 10, 20]],
  // torch.nn.Upsample(scale_factor=2, mode="bilinear"), whose documentation has this row.
  ["upsample_c1_ih1_iw2_oh1_ow4_bilinear_halfPixel", [1, 2], [1, 1.25, 1.75, 2]],
  ["upsample_c1_ih1_iw2_oh1_ow4_bilinear_alignCorners", [1, 4], [1, 2, 3, 4]],
  ["upsample_c1_ih1_iw2_oh1_ow4_bilinear", [1, 2], [1, 1.5, 2, 2]],
  ["upsample_c1_ih1_iw4_oh1_ow2_nearest_halfPixel_roundPreferFloor", [1, 2, 3, 4], [1, 3]],
  ["upsample_c1_ih1_iw4_oh1_ow2_nearest_halfPixel_roundPreferCeil", [1, 2, 3, 4], [2, 4]],
  ["upsample_c1_ih1_iw4_oh1_bilinear_halfPixel", [1, 2, 3, 4], [2.5]],
  ["upsample_c1_ih1_iw4_oh1_bilinear_pytorchHalfPixel", [1, 2, 3, 4], [1]],
])("%s of %j is %j", (text, input, expected) => {
  run(text, [input]).forEach((y, at) => expect(y).toBeCloseTo(expected[at]!, 6));
});

test("the pixels and weights of upsampling are those that core gives to backends", () => {
  for (const text of OPERATION_PROBLEMS.upsample) {
    const p = parseOperation(text) as UpsampleProblem;
    for (const [axis, sources] of [
      ["h", resizeSources(p, p.ih, p.oh, p.scaleH)],
      ["w", resizeSources(p, p.iw, p.ow, p.scaleW)],
    ] as const) {
      const { low, high, weight } = upsampleSources(p, axis);
      expect(sources.map(([from, to, share]) => [from, share === 0 ? from : to, share])).toEqual(
        [...low].map((from, at) => [from, weight[at] === 0 ? from : high[at], weight[at]]),
      );
    }
  }
});

test("softmax is over channels, sums to 1, and does not change if a constant is added to all channels", () => {
  const [a, b] = [Math.exp(1), Math.exp(2)];
  run("softmax_c2_h1_w2", [[1, 5, 2, 5]]).forEach((y, at) => {
    expect(y).toBeCloseTo([a / (a + b), 0.5, b / (a + b), 0.5][at]!, 15);
  });
  expect(run("softmax_c2_h1", [[1001, 1002]])).toEqual(run("softmax_c2_h1", [[1, 2]]));
});

test("NaN and infinities go where PyTorch sends them", () => {
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
  const three = [nan, inf, -inf];
  expect(run("activation_relu_c1_h1_w3", [three])).toEqual([nan, inf, 0]);
  expect(run("activation_sigmoid_c1_h1_w3", [three])).toEqual([nan, 1, 0]);
  expect(run("activation_tanh_c1_h1_w3", [three])).toEqual([nan, 1, -1]);
  for (const name of ["hardSwish", "silu", "gelu", "geluTanh"]) {
    expect(run(`activation_${name}_c1_h1_w3`, [three])).toEqual([nan, inf, nan]);
  }
  expect(run("maxPool2d_c1_ih1_iw3_kh1_kw2", [[1, nan, inf]])).toEqual([nan, nan]);
  // The window contains only padding.
  expect(run("maxPool2d_c1_ih1_kh2_kw1_pt2_pb2_dh3_dw1", [[5]])).toEqual([-inf, -inf]);
  // Nearest upsampling selects and does not multiply. Bilinear upsampling multiplies, also by a weight of 0.
  expect(run("upsample_c1_ih1_iw2_oh2_ow4_nearest", [[inf, 1]])).toEqual([inf, inf, 1, 1, inf, inf, 1, 1]);
  expect(run("upsample_c1_ih2_iw1_oh2_bilinear_alignCorners", [[1, inf]])).toEqual([nan, nan, nan, nan]);
  expect(run("softmax_c3_h1", [[-inf, 0, 0]])).toEqual([0, 0.5, 0.5]);
  expect(run("softmax_c2_h1", [[inf, 0]])).toEqual([nan, nan]);
  expect(run("concat_channels1:1_h1", [[-0], [nan]])).toEqual([-0, nan]);
});

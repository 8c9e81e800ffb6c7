/**
 * What a backend must refuse, whoever wrote it: `defineBackend` refuses it before the implementation hears of it. The suite of
 * `conformance` tries one or two of each kind, and leaves the rest to this table.
 */

import { describe, expect, it } from "vitest";
import type { Conv2dWeights } from "./conv2d.js";
import type { ConveneErrorCode } from "./errors.js";
import type { OperationKind, OperationProblem } from "./operations/operation-problem.js";
import { parseOperation } from "./operations/operation-string.js";
import type { Conv2dProblem } from "./problem.js";
import { parseProblem } from "./problem-string.js";
import { expectRejection } from "./testing/expect-error.js";
import { plainBackend } from "./testing/plain-backend.js";

/** What is changed, in a problem that is right, and the code that tells of it. */
type Malformed = readonly [what: string, change: Readonly<Record<string, unknown>>, code: ConveneErrorCode];

/** Of `PROBLEM`. */
const MALFORMED: readonly Malformed[] = [
  ["groups that do not divide the input channels", { g: 3 }, "ERR_INVALID_OPTION"],
  ["groups that do not divide the output channels", { g: 4, oc: 6 }, "ERR_INVALID_OPTION"],
  ["no groups", { g: 0 }, "ERR_INVALID_OPTION"],
  ["a stride of NaN", { sh: NaN }, "ERR_INVALID_OPTION"],
  ["a stride of 0", { sw: 0 }, "ERR_INVALID_OPTION"],
  ["a fraction of a kernel", { kh: 2.5 }, "ERR_INVALID_OPTION"],
  ["an infinite dilation", { dh: Infinity }, "ERR_INVALID_OPTION"],
  ["a negative pad", { pt: -1 }, "ERR_INVALID_OPTION"],
  ["a string for a size", { ih: "5" }, "ERR_INVALID_OPTION"],
  ["null for a size", { n: null }, "ERR_INVALID_OPTION"],
  ["a number for bias", { bias: 1 }, "ERR_INVALID_OPTION"],
  ["a number for residual", { residual: 0 }, "ERR_INVALID_OPTION"],
  ["an unknown padding mode", { paddingMode: "symmetric" }, "ERR_INVALID_OPTION"],
  ["an unknown activation", { activation: "gelu" }, "ERR_INVALID_OPTION"],
  ["a clamp whose bounds are exchanged", { activation: { clamp: [6, 0] } }, "ERR_INVALID_OPTION"],
  ["a clamp to NaN", { activation: { clamp: [NaN, 1] } }, "ERR_INVALID_OPTION"],
  ["a key that problems do not have", { stride: 2 }, "ERR_INVALID_OPTION"],
  ["a kernel larger than the padded input", { kh: 9 }, "ERR_SHAPE"],
  ["a kernel that is too large when dilated", { kw: 3, dw: 4 }, "ERR_SHAPE"],
  ["reflection as wide as the input", { paddingMode: "reflect", pt: 5, pb: 5 }, "ERR_SHAPE"],
  ["wrapping around wider than the input", { paddingMode: "circular", pl: 7, pr: 7 }, "ERR_SHAPE"],
  ["an input of more than 2^31 - 1 elements", { n: 2 ** 26 }, "ERR_SHAPE"],
  ["a padded input of more than 2^31 - 1 elements", { pt: 2 ** 28 }, "ERR_SHAPE"],
];

const PROBLEM = parseProblem("ic4_ih5_iw6_oc4_kh3_ph1_residual");
const WEIGHTS = { weight: new Float32Array(144), bias: new Float32Array(4) };

const WRONG_WEIGHTS: readonly (readonly [what: string, weights: unknown, code: ConveneErrorCode])[] = [
  ["a weight of one element too few", { ...WEIGHTS, weight: new Float32Array(143) }, "ERR_SHAPE"],
  ["a weight of one element too many", { ...WEIGHTS, weight: new Float32Array(145) }, "ERR_SHAPE"],
  ["weights as an array of numbers", { ...WEIGHTS, weight: Array.from({ length: 144 }, () => 0) }, "ERR_SHAPE"],
  ["weights in float64", { ...WEIGHTS, weight: new Float64Array(144) }, "ERR_SHAPE"],
  ["no weight", { bias: WEIGHTS.bias }, "ERR_SHAPE"],
  ["no weights at all", null, "ERR_INVALID_OPTION"],
  ["no bias, where the problem has one", { weight: WEIGHTS.weight }, "ERR_SHAPE"],
  ["a bias of one element too few", { ...WEIGHTS, bias: new Float32Array(3) }, "ERR_SHAPE"],
  ["a bias as an array of numbers", { ...WEIGHTS, bias: [1, 2, 3, 4] }, "ERR_SHAPE"],
];

const expectNotAsked = async (
  attempt: (backend: ReturnType<typeof plainBackend>["backend"]) => Promise<unknown>,
  code: ConveneErrorCode,
): Promise<void> => {
  const { backend, calls } = plainBackend();
  await expectRejection(attempt(backend), code, "");
  expect(calls).toEqual([]);
};

describe("prepareConv2d refuses, before it calls the implementation,", () => {
  it.each(MALFORMED)("%s", (_, change, code) =>
    expectNotAsked((backend) => backend.prepareConv2d({ ...PROBLEM, ...change } as Conv2dProblem, WEIGHTS), code),
  );

  it.each(WRONG_WEIGHTS)("%s", (_, weights, code) =>
    expectNotAsked((backend) => backend.prepareConv2d(PROBLEM, weights as Conv2dWeights), code),
  );

  it("a bias, where the problem has none", () =>
    expectNotAsked(
      (backend) => backend.prepareConv2d(parseProblem("ic4_ih5_iw6_oc4_kh3_ph1_nobias"), WEIGHTS),
      "ERR_INVALID_OPTION",
    ));
});

/** One of each kind. */
const ONE_OF_EACH = [
  "activation_silu_n2_c5_h3_w4",
  "prelu_n2_c5_h3_w4",
  "maxPool2d_n2_c5_ih5_iw6_kh3_sh2_pt1_pl1_pb1_pr1",
  "avgPool2d_n2_c5_ih5_iw6_kh3_sh2_pt1_pl1_pb1_pr1",
  "add_n2_c5_h3_w4_relu",
  "multiply_n2_c5_h3_w4_perChannel",
  "concat_n2_channels2:5:3_h3_w4",
  "slice_n2_c7_ih4_iw5_oc3_oh2_ow4_fc2_fh1_fw1",
  "channelShuffle_n2_g3_c6_h3_w4",
  "pad_n2_c5_ih3_iw4_pf1_pt1_pr2_value0.5",
  "upsample_n2_c5_ih3_iw4_oh6_ow8_bilinear_halfPixel",
  "softmax_n2_c5_h3_w4",
  "groupNorm_n2_g3_c6_h3_w4",
  "layerNorm_n2_c5_h3_w4_eps0.001",
  "pixelShuffle_n2_ic12_ih3_iw4_rh2",
  "reshape_n2_ic6_ih3_iw4_oc12_oh2_ow3_nhwc",
] as const;

const COMMON: readonly Malformed[] = [
  ["an unknown kind", { kind: "fold" }, "ERR_INVALID_OPTION"],
  ["no kind", { kind: undefined }, "ERR_INVALID_OPTION"],
  ["a key that the kind does not have", { colour: 2 }, "ERR_INVALID_OPTION"],
  ["a negative batch", { n: -1 }, "ERR_INVALID_OPTION"],
  ["a batch of null", { n: null }, "ERR_INVALID_OPTION"],
];
const PLANE: readonly Malformed[] = [
  ["half a row", { h: 2.5 }, "ERR_INVALID_OPTION"],
  ["no columns", { w: 0 }, "ERR_INVALID_OPTION"],
  ["more than 2^31 - 1 elements", { h: 2 ** 30 }, "ERR_SHAPE"],
];
const POOL: readonly Malformed[] = [
  ["a window of no rows", { kh: 0 }, "ERR_INVALID_OPTION"],
  ["a stride of NaN", { sh: NaN }, "ERR_INVALID_OPTION"],
  ["no dilation", { dw: 0 }, "ERR_INVALID_OPTION"],
  ["padding as high as the window", { pt: 3 }, "ERR_SHAPE"],
  ["padding as wide as the window", { pr: 3 }, "ERR_SHAPE"],
  ["a window larger than the padded input", { dh: 4 }, "ERR_SHAPE"],
  ["a number for ceilMode", { ceilMode: 1 }, "ERR_INVALID_OPTION"],
  ["a text for countIncludePad", { countIncludePad: "no" }, "ERR_INVALID_OPTION"],
];
const BINARY: readonly Malformed[] = [
  ["an activation that is no clamp", { activation: "silu" }, "ERR_INVALID_OPTION"],
  ["a clamp whose bounds are exchanged", { activation: { clamp: [6, 0] } }, "ERR_INVALID_OPTION"],
  ["a number for perChannel", { perChannel: 1 }, "ERR_INVALID_OPTION"],
];

const EPS: readonly Malformed[] = [
  ["a negative eps", { eps: -1e-5 }, "ERR_INVALID_OPTION"],
  ["an eps of NaN", { eps: NaN }, "ERR_INVALID_OPTION"],
  ["a text as eps", { eps: "1e-5" }, "ERR_INVALID_OPTION"],
];

const MALFORMED_OPERATIONS: Readonly<Record<OperationKind, readonly Malformed[]>> = {
  activation: [
    ...COMMON,
    ...PLANE,
    ["no activation", { activation: undefined }, "ERR_INVALID_OPTION"],
    ["an unknown activation", { activation: "swish" }, "ERR_INVALID_OPTION"],
    ["an infinite slope", { activation: { leakyRelu: Infinity } }, "ERR_INVALID_OPTION"],
    ["half of a line", { activation: { hardSigmoid: [1] } }, "ERR_INVALID_OPTION"],
  ],
  prelu: [...COMMON, ...PLANE],
  maxPool2d: [...COMMON, ...POOL],
  avgPool2d: [...COMMON, ...POOL],
  add: [...COMMON, ...PLANE, ...BINARY],
  multiply: [...COMMON, ...PLANE, ...BINARY],
  concat: [
    ...COMMON,
    ...PLANE,
    ["no inputs", { channels: [] }, "ERR_INVALID_OPTION"],
    ["an input of no channels", { channels: [2, 0, 3] }, "ERR_INVALID_OPTION"],
  ],
  slice: [
    ...COMMON,
    ["channels beyond the last", { fc: 5 }, "ERR_SHAPE"],
    ["rows beyond the last", { oh: 4 }, "ERR_SHAPE"],
    ["columns beyond the last, by steps", { sw: 2 }, "ERR_SHAPE"],
    ["a start before the first", { fh: -1 }, "ERR_INVALID_OPTION"],
    ["a step of 0", { sh: 0 }, "ERR_INVALID_OPTION"],
  ],
  channelShuffle: [
    ...COMMON,
    ...PLANE,
    ["groups that do not divide the channels", { g: 4 }, "ERR_INVALID_OPTION"],
    ["no groups", { g: 0 }, "ERR_INVALID_OPTION"],
  ],
  pad: [
    ...COMMON,
    ["a negative pad", { pl: -1 }, "ERR_INVALID_OPTION"],
    ["a value of NaN", { value: NaN }, "ERR_INVALID_OPTION"],
    ["a text as value", { value: "0" }, "ERR_INVALID_OPTION"],
    ["an output of more than 2^31 - 1 elements", { pt: 2 ** 30 }, "ERR_SHAPE"],
  ],
  upsample: [
    ...COMMON,
    ["an unknown mode", { mode: "bicubic" }, "ERR_INVALID_OPTION"],
    ["unknown coordinates", { coordinates: "tfCropAndResize" }, "ERR_INVALID_OPTION"],
    ["an unknown rounding", { rounding: "round" }, "ERR_INVALID_OPTION"],
    ["a negative scale", { scaleH: -2 }, "ERR_INVALID_OPTION"],
    ["no rows", { oh: 0 }, "ERR_INVALID_OPTION"],
  ],
  softmax: [...COMMON, ...PLANE],
  groupNorm: [
    ...COMMON,
    ...PLANE,
    ...EPS,
    ["groups that do not divide the channels", { g: 4 }, "ERR_INVALID_OPTION"],
    ["no groups", { g: 0 }, "ERR_INVALID_OPTION"],
  ],
  layerNorm: [...COMMON, ...PLANE, ...EPS],
  pixelShuffle: [
    ...COMMON,
    ["a factor that does not divide the channels", { rh: 5 }, "ERR_SHAPE"],
    ["no factor", { rw: 0 }, "ERR_INVALID_OPTION"],
    ["an unknown order", { order: "rcd" }, "ERR_INVALID_OPTION"],
  ],
  reshape: [
    ...COMMON.filter(([, { n }]) => n === undefined),
    ["an element too many", { ow: 4 }, "ERR_SHAPE"],
    ["an unknown order", { order: "chwn" }, "ERR_INVALID_OPTION"],
    ["no channels", { oc: 0 }, "ERR_INVALID_OPTION"],
  ],
};

const SLOPES: readonly (readonly [what: string, parameters: object, code: ConveneErrorCode])[] = [
  ["no slope", {}, "ERR_SHAPE"],
  ["a slope of one element too few", { slope: new Float32Array(4) }, "ERR_SHAPE"],
  ["a slope of one element too many", { slope: new Float32Array(6) }, "ERR_SHAPE"],
  ["a slope as an array of numbers", { slope: [1, 2, 3, 4, 5] }, "ERR_SHAPE"],
  ["an unknown parameter", { slope: new Float32Array(5), slopes: 1 }, "ERR_INVALID_OPTION"],
];

describe.each(ONE_OF_EACH)("prepareOperation of %s refuses, before it calls the implementation,", (text) => {
  const problem = parseOperation(text);
  const parameters = problem.kind === "prelu" ? { slope: new Float32Array(5) } : {};

  it.each(MALFORMED_OPERATIONS[problem.kind])("%s", (_, change, code) =>
    expectNotAsked(
      (backend) => backend.prepareOperation({ ...problem, ...change } as OperationProblem, parameters),
      code,
    ),
  );

  const wrong = problem.kind === "prelu" ? SLOPES : [["a slope", { slope: new Float32Array(5) }, "ERR_INVALID_OPTION"]];
  it.each(wrong as typeof SLOPES)("%s", (_, given, code) =>
    expectNotAsked((backend) => backend.prepareOperation(problem, given), code),
  );
});

/**
 * operations, special values: activations over their whole range, softmax far from zero, NaN, infinities, the sign of a zero,
 * subnormal numbers.
 */

import { formatOperation, type OperationProblem, parseOperation } from "@convene/core";
import type { ConformanceCase, FeatureName } from "../case.js";
import { checkOperationOperands } from "../operations/check-operation.js";
import { makeOperationOperands, type OperationOperands } from "../operations/operation-operands.js";
import { randomSource } from "../random-source.js";
import { sparsely } from "./quick.js";

/** Problems with enough elements for `SWEEP`. */
const SWEPT = [
  "activation_relu_c5_h16_w23",
  "activation_relu6_c5_h16_w23",
  "activation_clamp-1.5:2.25_c5_h16_w23",
  "activation_sigmoid_c5_h16_w23",
  "activation_hardSigmoid_c5_h16_w23",
  "activation_hardSigmoid0.2:0.5_c5_h16_w23",
  "activation_hardSwish_c5_h16_w23",
  "activation_silu_c5_h16_w23",
  "activation_tanh_c5_h16_w23",
  "activation_gelu_c5_h16_w23",
  "activation_geluTanh_c5_h16_w23",
  "activation_leakyRelu0.01_c5_h16_w23",
];

const FAR = ["softmax_n2_c5_h3_w4", "softmax_c33_h2_w3", "softmax_c1_h3"];

/** Normalisations of values whose variance is small beside their mean. */
const FAR_MEANS = ["groupNorm_n2_g3_c6_h3_w4", "groupNorm_g5_c5_h4_w7", "layerNorm_n2_c5_h3_w4", "layerNorm_c33_h2_w3"];

/** Each element is its own mean, so the results are zeros. */
const ALONE = ["groupNorm_g5_c5_h1", "layerNorm_c1_h3_w5"];

const PLANTED = [
  "activation_relu_c5_h6_w7",
  "activation_relu6_c5_h6_w7",
  "activation_clamp-1.5:2.25_c5_h6_w7",
  "activation_clamp-2:Infinity_c5_h6_w7",
  "activation_sigmoid_c5_h6_w7",
  "activation_hardSigmoid_c5_h6_w7",
  "activation_hardSwish_c5_h6_w7",
  "activation_silu_c5_h6_w7",
  "activation_tanh_c5_h6_w7",
  "activation_gelu_c5_h6_w7",
  "activation_geluTanh_c5_h6_w7",
  "activation_leakyRelu0.01_c5_h6_w7",
  "prelu_n2_c5_h6_w4",
  "maxPool2d_n2_c5_ih8_iw7_kh3_sh2_pt1_pl1_pb1_pr1",
  "maxPool2d_c8_ih6_iw7_kh2_ceilMode",
  "maxPool2d_c3_ih7_kh3_dh2",
  // Some windows contain only padding. Their maximum is −Infinity.
  "maxPool2d_c2_ih1_iw5_kh2_pt2_pb2_dh3_dw1",
  "avgPool2d_n2_c5_ih8_iw7_kh3_sh2_pt1_pl1_pb1_pr1",
  "avgPool2d_c8_ih6_iw7_kh2_ceilMode_countExcludePad",
  "add_n2_c5_h6_w4",
  "add_c5_h6_w7_relu6",
  "add_n2_c5_h6_w4_perChannel_relu",
  "multiply_n2_c5_h6_w4",
  "multiply_c5_h6_w7_perChannel_clamp-300:700",
  "concat_n2_channels5:3:8_h3_w4",
  "slice_n2_c7_ih6_iw5_oc5_oh4_ow4_fc1_fh2_fw1",
  "channelShuffle_n2_g3_c6_h4_w5",
  "pad_n2_c5_ih4_iw3_pf1_pt1_pr2",
  "upsample_n2_c5_ih4_iw3_oh7_ow6_nearest",
  "pad_c4_ih4_iw5_pt1_pl2_pb1_pr2_value-Infinity",
  "upsample_n2_c5_ih4_iw3_oh8_ow9_bilinear_halfPixel",
  "upsample_c5_ih4_iw3_oh7_ow5_bilinear_alignCorners",
  "softmax_n2_c3_h6_w7",
  "groupNorm_n2_g3_c6_h3_w4",
  "layerNorm_n2_c3_h6_w7",
  "pixelShuffle_n2_ic12_ih4_iw3_rh2",
  "reshape_n2_ic6_ih4_iw3_oc12_oh2_ow3_nhwc",
];

const SUBNORMAL = [
  "activation_relu_c5_h6_w7",
  "activation_leakyRelu0.5_c5_h6_w7",
  "prelu_c5_h6_w4",
  "maxPool2d_c5_ih8_iw7_kh3_sh2",
  "avgPool2d_c5_ih8_iw7_kh2",
  "add_c5_h6_w4",
  "multiply_c5_h6_w4",
  "concat_channels5:3:8_h3_w4",
  "slice_c7_ih6_iw5_oc5_oh4_fc1_fh2",
  "channelShuffle_g3_c6_h4_w5",
  "pad_c5_ih4_iw3_pf1_pt1",
  "upsample_c5_ih4_iw3_oh7_ow6_nearest",
  "upsample_c5_ih4_iw3_oh8_ow9_bilinear_halfPixel",
  "pixelShuffle_ic12_ih4_iw3_rh2",
  "reshape_ic6_ih4_iw3_oc12_oh2_ow3_nhwc",
];

export function operationValueCases(): readonly ConformanceCase[] {
  return [
    ...withOperands("over its range", SWEPT, (problem) => fill(problem, SWEEP)),
    ...withOperands("far above zero", FAR, (problem, seed) => shifted(problem, seed, 1000)),
    ...withOperands("far below zero", FAR, (problem, seed) => shifted(problem, seed, -1000)),
    ...withOperands("far apart", FAR, (problem, seed) => apart(problem, seed)),
    ...withOperands("the mean far above zero", FAR_MEANS, (problem, seed) => shifted(problem, seed, 1000)),
    ...withOperands("the mean far below zero", FAR_MEANS, (problem, seed) => shifted(problem, seed, -1000)),
    ...withOperands("each its own mean", ALONE, (problem, seed) => makeOperationOperands(problem, "real", seed)),
    // The output first holds a finite number that no operand has. If it held NaN, an element that is never written would pass for a computed NaN.
    ...sparsely(
      2,
      withOperands("NaN, infinities and the sign of zeros", PLANTED, planted, { needs: ["nonFinite"], poison: 777 }),
    ),
    ...sparsely(3, withOperands("subnormal", SUBNORMAL, subnormal, { needs: ["subnormals"] })),
  ];
}

type Maker = (problem: OperationProblem, seed: number) => OperationOperands;

function withOperands(
  about: string,
  texts: readonly string[],
  make: Maker,
  { needs = [], poison = NaN }: { readonly needs?: readonly FeatureName[]; readonly poison?: number } = {},
): readonly ConformanceCase[] {
  return texts.map((text) => {
    const problem = parseOperation(text);
    return {
      suite: "operations",
      name: `${formatOperation(problem)}, ${about}`,
      problems: [problem],
      needs,
      run: ({ backend, seed }) =>
        checkOperationOperands(backend, problem, make(problem, seed), { about, poison, trusted: true }),
    };
  });
}

/** Operands whose first input repeats `values`. */
function fill(problem: OperationProblem, values: readonly number[]): OperationOperands {
  const operands = makeOperationOperands(problem, "real", 1);
  const inputs = operands.inputs.map((data) => data.map((_, at) => values[at % values.length]!));
  return { ...operands, inputs };
}

/** Points where the definition of a function changes, such as the ends of clamps, and values on both sides of them. */
const CORNERS = [0, 0.5, 1, 1.5, 2.25, 2.5, 3, 6].flatMap((corner) =>
  [corner * (1 - 2 ** -23), corner, corner * (1 + 2 ** -22)].flatMap((x) => [x, -x]),
);
/** Values near the limit at which exp leaves float32's range, and larger values. */
const LARGE = [17, 20, 44, 80, 86, 87, 87.5, 88, 88.7, 88.75, 89, 90, 100, 103, 104, 110, 1e3, 1e5, 1e10, 1e15, 1e30];

/** Values of both signs and all orders of magnitude. They are dense where functions bend. */
const SWEEP: readonly number[] = [
  ...CORNERS,
  ...LARGE.flatMap((x) => [x, -x]),
  ...Array.from({ length: 1201 }, (_, step) => (step - 600) / 50 + 1 / 137),
  ...Array.from({ length: 260 }, (_, step) => 1.37 * 2 ** (step / 2 - 100)).flatMap((x) => [x, -x]),
];

/** Operands in which the channels of each pixel are near an `offset`. */
function shifted(problem: OperationProblem, seed: number, offset: number): OperationOperands {
  const random = randomSource(seed);
  const { inputs } = makeOperationOperands(problem, "real", seed);
  return { inputs: inputs.map((data) => data.map(() => offset + 4 * random())) };
}

/** Values in [−200, 200). For most of their differences exp is zero in float32. */
function apart(problem: OperationProblem, seed: number): OperationOperands {
  const random = randomSource(seed);
  const { inputs } = makeOperationOperands(problem, "real", seed);
  return { inputs: inputs.map((data) => data.map(() => 400 * random() - 200)) };
}

/** Operands in which a twelfth of the elements are NaN, infinities, or zeros with a sign. */
function planted(problem: OperationProblem, seed: number): OperationOperands {
  const random = randomSource(seed + 1);
  const special = [NaN, Infinity, -Infinity, -0];
  const operands = makeOperationOperands(problem, "integer", seed);
  const inputs = operands.inputs.map((data) =>
    data.map((x) => (random() < 1 / 12 ? special[Math.floor(random() * special.length)]! : x)),
  );
  return { ...operands, inputs };
}

/** Operands of both signs. Factors are normal numbers whose product is subnormal. */
function subnormal(problem: OperationProblem, seed: number): OperationOperands {
  const random = randomSource(seed);
  const [from, to] = problem.kind === "multiply" ? [64, 70] : [127, 145];
  const operands = makeOperationOperands(problem, "real", seed);
  const inputs = operands.inputs.map((data) =>
    data.map(() => (random() < 0.5 ? -1 : 1) * (1 + random()) * 2 ** -(from + (to - from) * random())),
  );
  return { ...operands, inputs };
}

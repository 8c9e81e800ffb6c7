/**
 * bounded: real values, compared within the error bound. There are ordinary values for the problems of `exact`, and values
 * that show faults of arithmetic first: sums that cancel, long sums, a wide range, subnormal numbers.
 */

import { type Conv2dProblem, formatProblem, parseProblem } from "@convene/core";
import type { ConformanceCase } from "../case.js";
import { checkOperands } from "../check-problem.js";
import { rememberedConv2d } from "../remembered-reference.js";
import type { SuiteOptions } from "../suite-names.js";
import { againstReference } from "./against-reference.js";
import {
  cancelling,
  oneSign,
  type OperandMaker,
  SUBNORMAL_OPERANDS,
  wideScales,
  wideValues,
} from "./bounded-operands.js";
import { notQuick, sparsely } from "./quick.js";
import { standardProblems } from "./standard-problems.js";

/** One problem for each kind of kernel that a backend is likely to have. They have tails, biases, residuals and activations. */
export const KERNEL_PROBLEMS: readonly string[] = [
  "n2_ic6_ih7_oc9_kh3_ph1",
  "n2_ic5_ih6_iw9_oc11_kh2_kw4_sh2_pt1_pr1_residual",
  "n2_ic24_ih5_oc21_kh1_residual",
  // Wide enough for backends that transform from 16 channels on.
  "n2_ic16_ih6_iw9_oc24_kh3_ph1_residual",
  "n2_g10_ic10_ih8_oc10_kh3_ph1_residual",
  "n2_g6_ic6_ih9_oc12_kh5_sh2_ph2_reflect",
  "n2_g4_ic12_ih6_oc20_kh3_ph1_dh2_replicate_residual_relu",
];

/** Problems with sums of up to 4608 products, as in the last layers of ResNet: one group and two, kernels of 3 x 3, 1 x 1 and 7 x 7. */
export const LONG_SUMS: readonly string[] = [
  "ic128_ih5_oc9_kh3_ph1",
  "ic512_ih3_oc9_kh3_ph1",
  "g2_ic1024_ih3_oc6_kh3_residual",
  "ic1000_ih3_oc17_kh1",
  "ic4608_ih2_oc5_kh1_nobias",
  "ic94_ih7_oc10_kh7",
  "g3_ic3_ih48_oc3_kh48",
];

export async function boundedCases(options: SuiteOptions): Promise<readonly ConformanceCase[]> {
  const kernels = KERNEL_PROBLEMS.map(parseProblem);
  const long = LONG_SUMS.map(parseProblem);
  const { corners, covering, transformable, random } = standardProblems(options);
  return [
    // The quick selection leaves these out, because `exact` shows a wrong sum of ordinary values too.
    ...notQuick(againstReference("bounded", "real", corners)),
    ...againstReference("bounded", "real", covering),
    ...sparsely(9, againstReference("bounded", "real", transformable)),
    ...againstReference("bounded", "real", random),
    ...sparsely(2, againstReference("bounded", "real", long)),
    ...sparsely(3, withOperands("of one sign", oneSign, long)),
    ...sparsely(2, withOperands("nearly cancelling", cancelling, kernels)),
    ...notQuick(withOperands("nearly cancelling", cancelling, long)),
    ...sparsely(3, withOperands("wide values", wideValues, kernels)),
    ...sparsely(3, withOperands("wide scales", wideScales, kernels)),
    ...Object.entries(SUBNORMAL_OPERANDS).flatMap(([name, make]) =>
      sparsely(
        3,
        withOperands(name, make, kernels).map((each): ConformanceCase => ({ ...each, needs: ["subnormals"] })),
      ),
    ),
  ];
}

/** Cases whose names are the problem's string and the kind of operands. */
function withOperands(
  name: string,
  make: OperandMaker,
  problems: readonly Conv2dProblem[],
): readonly ConformanceCase[] {
  return problems.map((problem) => ({
    suite: "bounded",
    name: `${formatProblem(problem)}, ${name}`,
    problems: [problem],
    run: async ({ backend, seed, accuracy }) => {
      const operands = make(problem, seed);
      return checkOperands(backend, problem, "real", operands, rememberedConv2d(problem, operands), { accuracy });
    },
  }));
}

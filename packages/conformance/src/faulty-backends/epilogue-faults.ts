/** Faults after right sums: in bias, residual or activation. */

import type { Clamp, Conv2dProblem } from "@convene/core";
import { activationRange } from "@convene/core/backend";
import { rememberedConv2d } from "../remembered-reference.js";
import type { Operands } from "../operands.js";
import { type Fault, faultyCompute, faultyQuestion } from "./faulty-backend.js";

export const EPILOGUE_FAULTS: readonly Fault[] = [
  {
    name: "bias-dropped",
    about: "A 1x1 kernel gets no bias, because its fast path skips the code that adds the bias.",
    caughtBy: ["exact", "bounded", "goldens"],
    problems: { wrong: "ic6_ih4_oc5_kh1", right: "ic6_ih4_oc5_kh2" },
    backend: faultyQuestion("bias-dropped", (problem, operands) =>
      problem.kh * problem.kw === 1 ? [problem, { ...operands, bias: undefined }] : [problem, operands],
    ),
  },
  {
    name: "residual-after-clamp",
    about: "The residual is added after the activation instead of before.",
    caughtBy: ["exact", "bounded", "goldens", "lifecycle"],
    problems: { wrong: "ic3_ih5_oc4_kh3_residual_relu", right: "ic3_ih5_oc4_kh3_residual" },
    backend: faultyCompute("residual-after-clamp", (problem, { residual, ...operands }, output) => {
      output.set(rememberedConv2d(problem, operands).output.map((y, at) => y + (residual?.[at] ?? 0)));
    }),
  },
  {
    name: "residual-subtracted",
    about: "The residual is subtracted. The sign was left from debugging.",
    caughtBy: ["exact", "bounded", "goldens", "lifecycle", "networks"],
    problems: { wrong: "ic3_ih5_oc4_kh3_residual", right: "ic3_ih5_oc4_kh3" },
    backend: faultyQuestion("residual-subtracted", (problem, operands) => [
      problem,
      { ...operands, residual: operands.residual?.map((r) => -r) },
    ]),
  },
  {
    name: "clamp-before-bias",
    about: "The activation is applied to the sum of products, and the bias is added afterwards.",
    caughtBy: ["exact", "bounded", "goldens", "lifecycle"],
    problems: { wrong: "ic3_ih5_oc4_kh3_relu", right: "ic3_ih5_oc4_kh3_nobias_relu" },
    backend: faultyCompute("clamp-before-bias", (problem, { bias, ...operands }, output) => {
      const result = rememberedConv2d(problem, operands).output;
      const { oc, oh, ow } = problem;
      output.set(result.map((y, at) => y + (bias?.[Math.floor(at / (oh * ow)) % oc] ?? 0)));
    }),
  },
  {
    name: "relu6-without-the-6",
    about: "relu6 is taken for relu, because only the beginning of its name is compared.",
    caughtBy: ["exact", "bounded", "goldens", "networks", "non-finite"],
    problems: { wrong: "ic3_ih5_oc4_kh3_relu6", right: "ic3_ih5_oc4_kh3_relu" },
    backend: faultyQuestion(
      "relu6-without-the-6",
      withActivation((activation) => (activation === "relu6" ? "relu" : activation)),
    ),
  },
  {
    name: "clamp-from-zero",
    about: "The kernel gets only the upper bound of a clamp, because it was written for relu and relu6.",
    caughtBy: ["exact", "bounded", "goldens"],
    problems: { wrong: "ic3_ih5_oc4_kh3_clamp-5:40", right: "ic3_ih5_oc4_kh3_clamp0:40" },
    backend: faultyQuestion(
      "clamp-from-zero",
      withRange((_min, max) => [0, max]),
    ),
  },
  {
    name: "clamp-bound-zero-is-none",
    about: "The code has `max || Infinity`, so an upper bound of zero counts as no bound.",
    caughtBy: ["exact", "bounded"],
    problems: { wrong: "ic3_ih5_oc4_kh3_clamp-40:0", right: "ic3_ih5_oc4_kh3_clamp-40:1" },
    backend: faultyQuestion(
      "clamp-bound-zero-is-none",
      withRange((min, max) => [min, max || Infinity]),
    ),
  },
  {
    name: "clamp-in-integers",
    about: "The bounds of a clamp become integers, because they are passed as integer arguments.",
    caughtBy: ["exact", "bounded", "goldens"],
    problems: { wrong: "ic3_ih5_oc4_kh3_clamp-5.5:40.25", right: "ic3_ih5_oc4_kh3_clamp-5:40" },
    backend: faultyQuestion(
      "clamp-in-integers",
      withRange((min, max) => [Math.trunc(min), Math.trunc(max)]),
    ),
  },
  {
    name: "nan-clamped-away",
    about: "A clamp by comparisons, such as `x > 0 ? x : 0` or a GPU's max, makes 0 of NaN.",
    caughtBy: ["non-finite"],
    backend: faultyCompute("nan-clamped-away", (problem, operands, output) => {
      const [min] = activationRange(problem.activation);
      const lowest = Number.isFinite(min) ? min : NaN;
      output.set(rememberedConv2d(problem, operands).output.map((y) => (Number.isNaN(y) ? lowest : y)));
    }),
  },
  {
    name: "infinity-saturates",
    about: "Every result is clamped. Without an activation the bound is the largest float32, so infinities are lost.",
    caughtBy: ["non-finite"],
    backend: faultyCompute("infinity-saturates", (problem, operands, output) => {
      const most = (2 - 2 ** -23) * 2 ** 127;
      output.set(rememberedConv2d(problem, operands).output.map((y) => Math.min(Math.max(y, -most), most)));
    }),
  },
  {
    name: "zero-weights-skipped",
    about: "Products with a zero weight are skipped, so zero times infinity does not give NaN.",
    caughtBy: ["non-finite"],
    backend: faultyCompute("zero-weights-skipped", (problem, operands, output) => {
      // The fault shows only if an input is not finite and no filter is zero everywhere.
      const finite = operands.input.map((x) => (Number.isFinite(x) ? x : 0));
      const result = rememberedConv2d(problem, operands).output;
      const skipped = rememberedConv2d(problem, { ...operands, input: finite }).output;
      const hasZeros = operands.weight.includes(0);
      output.set(result.map((y, at) => (hasZeros && Number.isNaN(y) ? skipped[at]! : y)));
    }),
  },
];

type Question = (problem: Conv2dProblem, operands: Operands) => readonly [Conv2dProblem, Operands];

function withActivation(change: (activation: Clamp | undefined) => Clamp | undefined): Question {
  return (problem, operands) => [{ ...problem, activation: change(problem.activation) }, operands];
}

/** The same question with other bounds, if its activation is written as a clamp. */
function withRange(change: (min: number, max: number) => readonly [number, number]): Question {
  return withActivation((activation) =>
    typeof activation === "object" ? { clamp: change(...activation.clamp) } : activation,
  );
}

/** Checks one problem by a rule. Most cases do this. */

import {
  type Backend,
  type Conv2dProblem,
  formatProblem,
  type Layout,
  type PrepareOptions,
  type Problem,
} from "@convene/core";
import { activationRange } from "@convene/core/backend";
import { copyOperands, makeOperands, type OperandKind, type Operands } from "./operands.js";
import type { ReferenceResult } from "./reference.js";
import { rememberedConv2d } from "./remembered-reference.js";
import { DEFAULT_SEED } from "./random-source.js";
import type { CaseOutcome } from "./case.js";
import { describeMismatch, mismatchOf } from "./mismatch.js";
import { checkBounded, checkExact, checkTransformed, type Verdict } from "./rules.js";
import { outputShapeOf, textOf } from "./problem.js";
import { runProblem } from "./run-problem.js";
import { hasTransformedRule, type TransformedBound, transformedBound } from "./transformed-bound.js";

const LAYOUTS = ["nchw", "nhwc"] as const satisfies readonly Layout[];

/** Options of `checkProblem`. */
export interface CheckProblemOptions extends PrepareOptions {
  /** Seeds the operands: an integer. Default 1, as in the suite, so that a problem run alone has the same operands as in the suite. */
  readonly seed?: number;
  /** The layout of tensors. Default: both layouts, one after the other, so that a problem's string is enough to run the problem again. */
  readonly layout?: Layout;
}

/** The result that an answer is compared with. */
export interface ExpectedResult extends ReferenceResult {
  /**
   * Gives the bound of rule 3 for the same operands. It is called if the plan is transformed. Left out: the bound is computed at
   * once, which takes a ninth of the time of the reference.
   */
  readonly transformed?: () => Promise<TransformedBound>;
}

/**
 * Makes operands for `problem`, runs them on `backend`, and compares the result with the float64 reference: by rule 1 for integers, by rule 2
 * for real values, by rule 3 for a transformed plan.
 *
 * @throws ConveneError of the backend: `ERR_UNSUPPORTED`, `ERR_OUT_OF_MEMORY` or `ERR_EXECUTION`; `ERR_INVALID_OPTION` if `problem` is no
 * valid problem
 */
export async function checkProblem(
  backend: Backend,
  problem: Conv2dProblem,
  kind: OperandKind,
  options: CheckProblemOptions = {},
): Promise<CaseOutcome> {
  const { seed = DEFAULT_SEED, ...runOptions } = options;
  const operands = makeOperands(problem, kind, seed);
  return checkOperands(backend, problem, kind, operands, rememberedConv2d(problem, operands), runOptions);
}

/**
 * Checks a problem as `checkProblem` does, with given operands and a given reference result, which is in NCHW.
 *
 * @throws ConveneError of the backend: `ERR_UNSUPPORTED`, `ERR_OUT_OF_MEMORY` or `ERR_EXECUTION`
 */
export async function checkOperands(
  backend: Backend,
  problem: Conv2dProblem,
  kind: OperandKind,
  operands: Operands,
  expected: ExpectedResult,
  options: Omit<CheckProblemOptions, "seed"> = {},
): Promise<CaseOutcome> {
  const { layout, ...prepareOptions } = options;
  // A backend gets a copy, because it may write to its operands.
  const own = copyOperands(operands);
  const { transformed = async () => transformedBound(problem, own) } = expected;
  let algorithm = "";
  let ratio: number | undefined;
  const about = (): Partial<CaseOutcome> => ({ algorithm, ...(ratio === undefined ? {} : { ratio }) });
  for (const each of layout ? [layout] : LAYOUTS) {
    const result = await runProblem(backend, problem, operands, { ...prepareOptions, layout: each });
    algorithm = result.algorithm;
    const isTransformed = result.arithmetic === "transformed";
    if (isTransformed && !hasTransformedRule(problem)) {
      return { status: "failed", message: noRuleFor(problem, algorithm), ...about() };
    }
    const verdict = isTransformed
      ? checkTransformed(result.output, expected.output, await transformed())
      : kind === "integer"
        ? checkExact(result.output, expected.output)
        : checkBounded(result.output, expected.output, expected.magnitude, problem);
    if (isTransformed || kind === "real") ratio = Math.max(ratio ?? 0, verdict.ratio);
    if (!verdict.ok) {
      const failed = failedOutcome(problem, verdict);
      const unwritten =
        verdict.first && Number.isNaN(verdict.first.actual) ? "; NaN is what lay in the output before the run" : "";
      return { ...failed, message: `${failed.message}, in layout ${each}${unwritten}`, ...about() };
    }
  }
  if (!isTelling(problem, expected.output)) {
    return {
      status: "untrusted",
      message: "nearly every output is zero or clamped, so a wrong sum would not show",
      ...about(),
    };
  }
  return { status: "passed", ...about() };
}

/**
 * The message for a transformed plan whose problem has no rule 3. Such a plan always fails.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` if `problem` is no valid problem
 */
export function noRuleFor(problem: Conv2dProblem, algorithm: string): string {
  const what = `the plan for ${formatProblem(problem)} (${algorithm}) says that it is transformed`;
  return `${what}, and there is no rule for that: rule 3 is stated for 3x3 kernels of stride 1 only`;
}

/** The outcome for a verdict that is not ok. */
export function failedOutcome(problem: Problem, verdict: Verdict): CaseOutcome & { readonly message: string } {
  const mismatch = mismatchOf(outputShapeOf(problem), verdict);
  const message = describeVerdict(problem, verdict);
  return { status: "failed", message, ...(mismatch ? { mismatch } : {}) };
}

/**
 * A verdict in words: `3 of 100 elements are wrong (channels 2 of 4, ...); the first is [n 0, c 2, h 1, w 0]: 5, expected 6 in ic3_...`.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` if `problem` is no valid problem
 */
export function describeVerdict(problem: Problem, verdict: Verdict): string {
  const mismatch = mismatchOf(outputShapeOf(problem), verdict);
  return mismatch ? `${describeMismatch(mismatch)} in ${textOf(problem)}` : "all elements agree";
}

/** Whether enough outputs are not zero and lie inside the activation's range, so that a fault would show. */
export function isTelling(problem: Conv2dProblem, output: Float64Array): boolean {
  const [min, max] = activationRange(problem.activation);
  const telling = output.reduce((count, y) => count + (y !== 0 && y > min && y < max ? 1 : 0), 0);
  return telling >= output.length / 20;
}

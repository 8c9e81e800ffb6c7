/** Checks one operation by the rule of its kind. */

import type { Activation, Backend, Clamp, Layout, OperationProblem } from "@convene/core";
import { activationRange, isClamp } from "@convene/core/backend";
import type { CaseOutcome } from "../case.js";
import { failedOutcome } from "../check-problem.js";
import { DEFAULT_SEED } from "../random-source.js";
import { makeOperationOperands, type OperationOperands, type OperationValues } from "./operation-operands.js";
import { checkOperation } from "./operation-rules.js";
import { rememberedOperation } from "../remembered-reference.js";
import { runOperation } from "./run-operation.js";

const LAYOUTS = ["nchw", "nhwc"] as const satisfies readonly Layout[];

/** Options of `checkOperationProblem`. */
export interface CheckOperationOptions {
  /** Seeds the operands: an integer. Default 1, as in the suite, so that a problem run alone has the same operands as in the suite. */
  readonly seed?: number;
}

/**
 * Runs a problem on integers and on real values, in both layouts, and compares each result with the float64 reference.
 *
 * @throws ConveneError of the backend: `ERR_UNSUPPORTED`, `ERR_OUT_OF_MEMORY` or `ERR_EXECUTION`; `ERR_INVALID_OPTION` if `problem` is no
 * valid problem
 */
export async function checkOperationProblem(
  backend: Backend,
  problem: OperationProblem,
  { seed = DEFAULT_SEED }: CheckOperationOptions = {},
): Promise<CaseOutcome> {
  // Negative values show a maximum that wrongly takes a zero of the padding.
  const values: readonly OperationValues[] =
    problem.kind === "maxPool2d" ? ["integer", "real", "negative"] : ["integer", "real"];
  let worst: CaseOutcome = { status: "passed" };
  for (const each of values) {
    const outcome = await checkOperationOperands(backend, problem, makeOperationOperands(problem, each, seed), {
      about: `of ${each} values`,
    });
    const ratio = Math.max(worst.ratio ?? 0, outcome.ratio ?? 0);
    worst = { ...(worst.status === "untrusted" ? worst : outcome), ratio };
    if (outcome.status === "failed") return { ...outcome, ratio };
  }
  return worst;
}

/** Options of a check of one operation on given operands. */
export interface CheckOperandsOptions {
  /** Words for the message of a failure, such as "of integer values". */
  readonly about: string;
  /** Fills every element of the output before the run: see `RunOperationOptions`. */
  readonly poison?: number;
  /** Whether a result that is nearly all zeros and clamped is trusted. Default false. */
  readonly trusted?: boolean;
}

/**
 * Checks a problem as `checkOperationProblem` does, on given operands.
 *
 * @throws ConveneError of the backend: `ERR_UNSUPPORTED`, `ERR_OUT_OF_MEMORY` or `ERR_EXECUTION`; `ERR_INVALID_OPTION` if `problem` is no
 * valid problem
 */
export async function checkOperationOperands(
  backend: Backend,
  problem: OperationProblem,
  operands: OperationOperands,
  { about, poison = NaN, trusted = false }: CheckOperandsOptions,
): Promise<CaseOutcome> {
  const { inputs, slope } = operands;
  const expected = rememberedOperation(problem, inputs, slope ? { slope } : {});
  let algorithm = "";
  let ratio = 0;
  for (const layout of LAYOUTS) {
    const result = await runOperation(backend, problem, operands, { layout, poison });
    algorithm = result.algorithm;
    const verdict = checkOperation(problem, operands, expected, result.output);
    ratio = Math.max(ratio, verdict.ratio);
    if (!verdict.ok) {
      const failed = failedOutcome(problem, verdict);
      return { ...failed, message: `${failed.message}, ${about}, in layout ${layout}`, algorithm, ratio };
    }
  }
  if (!trusted && !isTelling(problem, expected)) {
    const message = "nearly every output is zero or clamped, so a wrong result would not show";
    return { status: "untrusted", message, algorithm, ratio };
  }
  return { status: "passed", algorithm, ratio };
}

/** Whether enough outputs are not zero and lie inside the clamp, so that a fault would show. */
function isTelling(problem: OperationProblem, output: Float64Array): boolean {
  const [min, max] = activationRange(clampOf(problem));
  const telling = output.reduce((count, y) => count + (y !== 0 && y > min && y < max ? 1 : 0), 0);
  return telling >= output.length / 20;
}

function clampOf(problem: OperationProblem): Clamp | undefined {
  const activation: Activation | undefined = "activation" in problem ? problem.activation : undefined;
  return isClamp(activation) ? activation : undefined;
}

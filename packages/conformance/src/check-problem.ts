/** One problem held to a rule: what a case of most suites does. */

import {
  type Backend,
  type Conv2dProblem,
  activationRange,
  formatProblem,
  type Layout,
  outputShape,
  type PrepareOptions,
} from "@convene/core";
import { makeOperands, type OperandKind, type Operands } from "./operands.js";
import { referenceConv2d, type ReferenceResult } from "./reference.js";
import { DEFAULT_SEED } from "./random-source.js";
import { checkBounded, checkExact, type Verdict } from "./rules.js";
import { runProblem } from "./run-problem.js";

const LAYOUTS = ["nchw", "nhwc"] as const satisfies readonly Layout[];

export type CaseStatus = "passed" | "failed" | "untrusted" | "skipped";

/** How a case ended. */
export interface CaseOutcome {
  readonly status: CaseStatus;
  /** Of a failure: the first wrong element and how many. Of a skip: the reason. */
  readonly message?: string;
  /** The largest error / bound, where the case has a bound. */
  readonly ratio?: number;
  readonly algorithm?: string;
}

export interface CheckProblemOptions extends PrepareOptions {
  /** Seeds the operands. Default 1, as in the suite: a problem run alone meets the operands that it met there. */
  readonly seed?: number;
  /** Default: both, one after the other, so that a problem's string says all that is needed to run it again. */
  readonly layout?: Layout;
}

/** Makes operands, runs them on `backend`, and holds the answer to the reference by the rule that fits `kind`. */
export async function checkProblem(
  backend: Backend,
  problem: Conv2dProblem,
  kind: OperandKind,
  options: CheckProblemOptions = {},
): Promise<CaseOutcome> {
  const { seed = DEFAULT_SEED, ...runOptions } = options;
  const operands = makeOperands(problem, kind, seed);
  return checkOperands(backend, problem, kind, operands, referenceConv2d(problem, operands), runOptions);
}

/** As `checkProblem`, for operands and an answer that are given. */
export async function checkOperands(
  backend: Backend,
  problem: Conv2dProblem,
  kind: OperandKind,
  operands: Operands,
  expected: ReferenceResult,
  options: Omit<CheckProblemOptions, "seed"> = {},
): Promise<CaseOutcome> {
  const { layout, ...prepareOptions } = options;
  let algorithm = "";
  let ratio = 0;
  const about = (): Partial<CaseOutcome> => ({ algorithm, ...(kind === "integer" ? {} : { ratio }) });
  for (const each of layout ? [layout] : LAYOUTS) {
    const result = await runProblem(backend, problem, operands, { ...prepareOptions, layout: each });
    const verdict =
      kind === "integer"
        ? checkExact(result.output, expected.output)
        : checkBounded(result.output, expected.output, expected.magnitude, problem);
    algorithm = result.algorithm;
    ratio = Math.max(ratio, verdict.ratio);
    if (!verdict.ok)
      return { status: "failed", message: `${describeVerdict(problem, verdict)}, in layout ${each}`, ...about() };
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

/** `3 of 100 elements are wrong; the first is [n 0, c 2, h 1, w 0]: 5, expected 6 (bound 1e-6) in ic3_...`. */
export function describeVerdict(problem: Conv2dProblem, verdict: Verdict): string {
  const [n, c, h, w] = outputShape(problem);
  const total = n * c * h * w;
  if (!verdict.first) return `all ${total} elements agree`;
  const { index, actual, expected, bound } = verdict.first;
  const place = `[n ${Math.floor(index / (c * h * w))}, c ${Math.floor(index / (h * w)) % c}, h ${Math.floor(index / w) % h}, w ${index % w}]`;
  const allowed = bound === 0 ? "" : ` (bound ${bound.toPrecision(3)})`;
  return `${verdict.wrong} of ${total} elements are wrong; the first is ${place}: ${actual}, expected ${expected}${allowed} in ${formatProblem(problem)}`;
}

/** Whether enough outputs lie inside the activation's range, and are not zero, for a fault to show. */
function isTelling(problem: Conv2dProblem, output: Float64Array): boolean {
  const [min, max] = activationRange(problem.activation);
  const telling = output.reduce((count, y) => count + (y !== 0 && y > min && y < max ? 1 : 0), 0);
  return telling >= output.length / 20;
}

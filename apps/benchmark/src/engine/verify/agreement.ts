/** Whether two backends agree on one problem. Each backend computes the problem once, for any number of comparisons. */

import {
  type CaseOutcome,
  checkAgreement,
  describeVerdict,
  hasTransformedRule,
  type makeOperands,
  noRuleFor,
  runProblem,
  type RunProblemResult,
  type TransformedBound,
  type watchCalls,
} from "@convene/conformance";
import type { Conv2dProblem } from "@convene/core";
import type { OpenBackend } from "../open-backends.js";

export interface AgreementOptions {
  readonly problem: Conv2dProblem;
  readonly operands: ReturnType<typeof makeOperands>;
  /** The sum of |x||w| for each output. The bounds of direct plans come from it. */
  readonly magnitude: Parameters<typeof checkAgreement>[2];
  /** The bound of transformed plans. It is called only if a backend has such a plan. */
  readonly transformed: () => Promise<TransformedBound>;
  readonly watch: ReturnType<typeof watchCalls>;
}

/** @returns a function that compares two backends. It throws the error that a backend throws */
export function agreementOn({
  problem,
  operands,
  magnitude,
  transformed,
  watch,
}: AgreementOptions): (a: OpenBackend, b: OpenBackend) => Promise<CaseOutcome> {
  const results = new Map<string, Promise<RunProblemResult>>();
  const resultOf = ({ name, backend }: OpenBackend): Promise<RunProblemResult> => {
    const known = results.get(name) ?? runProblem(watch.over(backend), problem, operands);
    results.set(name, known);
    return known;
  };
  const boundOf = async ({ arithmetic, algorithm }: RunProblemResult): Promise<TransformedBound | undefined> => {
    if (arithmetic !== "transformed") return undefined;
    if (!hasTransformedRule(problem)) throw new Error(noRuleFor(problem, algorithm));
    return transformed();
  };
  return async (a, b) => {
    const [one, other] = [await resultOf(a), await resultOf(b)];
    const bounds = { a: await boundOf(one), b: await boundOf(other) };
    const verdict = checkAgreement(one.output, other.output, magnitude, problem, bounds);
    const message = verdict.ok ? {} : { message: describeVerdict(problem, verdict) };
    return { status: verdict.ok ? "passed" : "failed", ratio: verdict.ratio, ...message };
  };
}

/** A law as a case: fast-check draws problems until one breaks it, and then looks for a smaller one that does too. */

import { type Backend, type Conv2dProblem, formatProblem, parseProblem } from "@convene/core";
import fc from "fast-check";
import type { CaseContext, CaseOutcome, ConformanceCase } from "../case.js";
import { allowance } from "../allowance.js";
import { failedOutcome, noRuleFor } from "../check-problem.js";
import { copyOperands, type Operands } from "../operands.js";
import { checkWithin } from "../rules.js";
import { runProblem } from "../run-problem.js";
import { hasTransformedRule } from "../transformed-bound.js";

export interface Law {
  /** What holds. */
  readonly name: string;
  /** The plainest problem that it speaks of: a backend that does not take this one skips the law. */
  readonly example: string;
  readonly problems: fc.Arbitrary<Conv2dProblem>;
  /** Throws where the law does not hold for `problem`. */
  check(problem: Conv2dProblem, lab: Laboratory): Promise<void>;
}

/** What the backend makes of operands. */
export interface Answer {
  /** NCHW. */
  readonly output: Float32Array;
  /** How far any element may be off: 0 of small integers, unless the plan is transformed. */
  readonly error: number;
}

/** What a law gets to work with. */
export interface Laboratory {
  readonly backend: Backend;
  readonly accuracy: "fast" | "strict";
  /** Seeds operands; the same for every problem, so that a problem's string is the whole counterexample. */
  readonly seed: number;
  /** `inputError` says how far any element of the input may be off, where it comes of another answer. */
  convolve(problem: Conv2dProblem, operands: Operands, inputError?: number): Promise<Answer>;
  /** Ends the check where the backend does not take `problem`. `convolve` does that by itself. */
  mustTake(problem: Conv2dProblem): void;
}

/** How many problems a law is tried on. */
const RUNS = 60;
/** Milliseconds after which no more are drawn, and no smaller one is looked for: well before the case's limit. */
const PATIENCE = 10_000;

export function lawCase(law: Law): ConformanceCase {
  return {
    suite: "laws",
    name: law.name,
    problems: [parseProblem(law.example)],
    run: (context) => runLaw(law, context),
  };
}

async function runLaw(law: Law, { backend, accuracy, seed }: CaseContext): Promise<CaseOutcome> {
  let checked = 0;
  let refusal: string | undefined;
  let broken = false;
  const lab = laboratory(backend, accuracy, seed);
  const property = fc.asyncProperty(law.problems, async (problem) => {
    // What has broken the backend is the counterexample: any smaller one would fail because of it.
    if (broken) return;
    try {
      await law.check(problem, lab);
      checked++;
    } catch (error) {
      if (error instanceof NotTaken) {
        refusal = error.message;
        return;
      }
      broken = !(await isUsable(backend));
      throw error;
    }
  });
  // fast-check's seeds are signed.
  const details = await fc.check(property, { seed: seed | 0, numRuns: RUNS, interruptAfterTimeLimit: PATIENCE });
  if (details.failed && details.counterexample) {
    const [problem] = details.counterexample;
    const error = details.errorInstance;
    const what = error instanceof LawBroken ? error.outcome : { status: "failed" as const, message: String(error) };
    const found = `the smallest counterexample found is ${formatProblem(problem)}`;
    const again = `fast-check's seed ${details.seed}, path "${details.counterexamplePath}"`;
    return { ...what, message: `${what.message}; ${found} (operands of seed ${seed}; ${again})` };
  }
  if (checked > 0) return { status: "passed" };
  return refusal === undefined
    ? { status: "untrusted", message: `no problem was done within ${PATIENCE / 1000} s` }
    : { status: "skipped", message: refusal };
}

/** The law does not hold. */
class LawBroken extends Error {
  constructor(readonly outcome: CaseOutcome & { readonly message: string }) {
    super(outcome.message);
  }
}

/** The backend says that it does not take this problem. */
class NotTaken extends Error {}

/**
 * Fails the law unless both are the same: bit for bit, or within `error`, which both sides add up to where a plan is
 * transformed.
 */
export function mustEqual(
  problem: Conv2dProblem,
  actual: Float32Array,
  expected: ArrayLike<number>,
  error: number,
): void {
  // What a law makes of answers that are no integers is rounded to float32 on its way here.
  const rounded = (at: number): number => 2 ** -22 * (Math.abs(actual[at]!) + Math.abs(expected[at]!));
  const verdict = checkWithin(
    actual,
    expected,
    actual.length === expected.length && error > 0 ? actual.map((_, at) => error + rounded(at)) : 0,
  );
  if (!verdict.ok) throw new LawBroken(failedOutcome(problem, verdict));
}

function laboratory(backend: Backend, accuracy: "fast" | "strict", seed: number): Laboratory {
  const mustTake = (problem: Conv2dProblem): void => {
    const support = backend.features.supports?.(problem) ?? true;
    if (support !== true) throw new NotTaken(support.reason);
  };
  return {
    backend,
    accuracy,
    seed,
    mustTake,
    async convolve(problem, operands, inputError = 0) {
      mustTake(problem);
      // A backend may write to what it is handed.
      const own = copyOperands(operands);
      const { output, arithmetic, algorithm } = await runProblem(backend, problem, operands, { accuracy });
      if (arithmetic === "transformed" && !hasTransformedRule(problem)) {
        throw new LawBroken({ status: "failed", message: noRuleFor(problem, algorithm) });
      }
      // An output that is never written is NaN on both sides of a law, which would make them equal.
      const lost = output.findIndex((y) => !Number.isFinite(y));
      if (lost >= 0) {
        const message = `element ${lost} is ${output[lost]}, of operands that are small integers, in ${formatProblem(problem)}`;
        throw new LawBroken({ status: "failed", message });
      }
      const isExact = arithmetic === "direct" && inputError === 0;
      const off = { input: new Float32Array(own.input.length).fill(inputError) };
      const errors = isExact ? new Float64Array(1) : allowance(problem, arithmetic, own, inputError > 0 ? off : {});
      return { output, error: errors.reduce((a, b) => Math.max(a, b), 0) };
    },
  };
}

async function isUsable(backend: Backend): Promise<boolean> {
  try {
    await backend.sync();
    return true;
  } catch {
    return false;
  }
}

/** Compares every backend with the reference on problems, and the backends with each other. The reference runs once for all. */

import {
  type CaseOutcome,
  checkOperands,
  codeOf,
  makeOperands,
  messageOf,
  type OperandKind,
  thrownOf,
  type TransformedBound,
  watchCalls,
} from "@convene/conformance";
import { type Conv2dProblem, formatProblem } from "@convene/core";
import type { OpenBackend } from "../open-backends.js";
import { agreementOn } from "./agreement.js";
import type { Patience } from "./patience.js";
import { referenceInSlices, transformedBoundInSlices } from "./reference-slices.js";
import type { Check, Tallies } from "./tally.js";
import { UnsettledError, breathe, settle, type Waiting } from "../settle.js";

export interface CheckProblemsOptions {
  readonly seed: number;
  /** The name of the checks in the report: `layers` gives `layers, exact`. */
  readonly label: string;
  /** Whether each backend is also compared with the reference, and not only with other backends. */
  readonly againstReference: boolean;
  readonly patience: Patience;
  /** Called after each problem. */
  readonly onProblem: (text: string) => void;
  /** The command that runs one problem alone. */
  readonly rerun: (problem: string, backends: readonly string[]) => string;
}

const KINDS = ["integer", "real"] as const satisfies readonly OperandKind[];
const RULE_OF: Record<OperandKind, "exact" | "bounded"> = { integer: "exact", real: "bounded" };

/** Counts cases in a tally for each rule and backend, and in a tally for each pair of backends. Throws after Ctrl-C. */
export async function checkProblems(
  problems: readonly Conv2dProblem[],
  backends: readonly OpenBackend[],
  into: Tallies,
  waiting: Waiting,
  options: CheckProblemsOptions,
): Promise<void> {
  const { seed, label, againstReference, patience } = options;
  const pause = (): Promise<void> => breathe(waiting);
  const watch = watchCalls();
  const record = async (
    rule: "exact" | "bounded" | "agreement",
    names: readonly string[],
    problem: string,
    run: () => Promise<CaseOutcome>,
  ): Promise<void> => {
    await pause();
    const check: Check = {
      name: `${label}, ${rule}`,
      against: rule === "agreement" ? "each other" : "the float64 reference",
      exact: rule === "exact",
    };
    const start = performance.now();
    let outcome: CaseOutcome;
    try {
      outcome = await settle(waiting, run);
    } catch (error) {
      await pause();
      outcome = outcomeOf(error, watch.callOf(error));
    }
    into.of(check, names.join(" ~ ")).add(problem, outcome, performance.now() - start, options.rerun(problem, names));
    if (names.length === 1) patience.note(names[0]!, outcome);
  };
  const patient = (): readonly OpenBackend[] => backends.filter(({ name }) => !patience.lost(name));

  for (const problem of problems) {
    const text = formatProblem(problem);
    for (const kind of againstReference ? KINDS : (["real"] as const)) {
      await pause();
      const operands = makeOperands(problem, kind, seed);
      let bound: Promise<TransformedBound> | undefined;
      // It is computed only if a plan is transformed, and once for all backends.
      const transformed = (): Promise<TransformedBound> =>
        (bound ??= transformedBoundInSlices(problem, operands, pause));
      const expected = { ...(await referenceInSlices(problem, operands, pause)), transformed };
      if (againstReference) {
        for (const { name, backend } of patient()) {
          await record(RULE_OF[kind], [name], text, () =>
            checkOperands(watch.over(backend), problem, kind, operands, expected),
          );
        }
      }
      if (kind === "real") {
        const agreement = agreementOn({ problem, operands, magnitude: expected.magnitude, transformed, watch });
        for (const [a, b] of pairs(patient())) {
          await record("agreement", [a.name, b.name], text, () => agreement(a, b));
        }
      }
    }
    options.onProblem(text);
  }
}

/** The outcome of a case that throws. A declared limit of the backend is no fault. */
function outcomeOf(error: unknown, call: string | undefined): CaseOutcome {
  if (codeOf(error) === "ERR_UNSUPPORTED") return { status: "skipped", message: messageOf(error) };
  if (error instanceof UnsettledError) return { status: "failed", message: error.message };
  const thrown = thrownOf(error, call);
  return { status: "failed", message: String(error), ...(thrown ? { thrown } : {}) };
}

function pairs<T>(items: readonly T[]): readonly (readonly [T, T])[] {
  return items.flatMap((a, index) => items.slice(index + 1).map((b) => [a, b] as const));
}

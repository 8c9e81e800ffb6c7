/** Problems held to the reference on every backend, and the backends to each other. The reference runs once for all. */

import {
  type CaseOutcome,
  checkAgreement,
  checkOperands,
  describeVerdict,
  makeOperands,
  type OperandKind,
  referenceConv2d,
  runProblem,
} from "@convene/conformance";
import { type Conv2dProblem, formatProblem } from "@convene/core";
import type { OpenBackend } from "../backends.js";
import { tally, type Tally, type TallyResult } from "./tally.js";

export interface CheckProblemsOptions {
  readonly seed: number;
  /** What the checks are called in the report: `layers` gives `layers, exact`. */
  readonly label: string;
  /** Hold each backend to the reference, and not only pairs of backends to each other. */
  readonly againstReference: boolean;
  /** Called before each case; may throw to stop. */
  readonly pause: () => Promise<void>;
  /** Called after each problem. */
  readonly onProblem: (text: string) => void;
  /** The command that runs one problem alone. */
  readonly rerun: (problem: string, backends: readonly string[]) => string;
}

const KINDS = ["integer", "real"] as const satisfies readonly OperandKind[];
const RULE_OF: Record<OperandKind, string> = { integer: "exact", real: "bounded" };

/** One result for each rule and backend, and one for each pair of backends. */
export async function checkProblems(
  problems: readonly Conv2dProblem[],
  backends: readonly OpenBackend[],
  options: CheckProblemsOptions,
): Promise<readonly TallyResult[]> {
  const tallies = new Map<string, Tally>();
  const record = async (
    check: string,
    names: readonly string[],
    problem: string,
    run: () => Promise<CaseOutcome>,
  ): Promise<void> => {
    await options.pause();
    const who = names.join(" ~ ");
    const key = `${check} ${who}`;
    const into = tallies.get(key) ?? tally(`${options.label}, ${check}`, who);
    tallies.set(key, into);
    const start = performance.now();
    const outcome = await run().catch((error: unknown): CaseOutcome => ({ status: "failed", message: String(error) }));
    into.add(problem, outcome, performance.now() - start, options.rerun(problem, names));
  };

  for (const problem of problems) {
    const text = formatProblem(problem);
    for (const kind of options.againstReference ? KINDS : (["real"] as const)) {
      await options.pause();
      const operands = makeOperands(problem, kind, options.seed);
      const expected = referenceConv2d(problem, operands);
      if (options.againstReference) {
        for (const { name, backend } of backends) {
          await record(RULE_OF[kind], [name], text, () => checkOperands(backend, problem, kind, operands, expected));
        }
      }
      if (kind === "real") {
        const outputs = new Map<string, Promise<Float32Array>>();
        const outputOf = ({ name, backend }: OpenBackend): Promise<Float32Array> => {
          const known = outputs.get(name) ?? runProblem(backend, problem, operands).then(({ output }) => output);
          outputs.set(name, known);
          return known;
        };
        for (const [a, b] of pairs(backends)) {
          await record("agreement", [a.name, b.name], text, async () => {
            const verdict = checkAgreement(await outputOf(a), await outputOf(b), expected.magnitude, problem);
            const message = verdict.ok ? {} : { message: describeVerdict(problem, verdict) };
            return { status: verdict.ok ? "passed" : "failed", ratio: verdict.ratio, ...message };
          });
        }
      }
    }
    options.onProblem(text);
  }
  return [...tallies.values()].map((each) => each.result());
}

function pairs<T>(items: readonly T[]): readonly (readonly [T, T])[] {
  return items.flatMap((a, index) => items.slice(index + 1).map((b) => [a, b] as const));
}

/** The cases of each sub-suite, as data: a name that can be pasted, and what to run. */

import { type Backend, type Conv2dProblem, formatProblem, parseProblem } from "@convene/core";
import { type CaseOutcome, checkOperands, checkProblem } from "./check-problem.js";
import { CORNER_PROBLEMS } from "./corner-problems.js";
import { loadGoldens } from "./goldens.js";
import { LIFECYCLE_CASES } from "./lifecycle-cases.js";
import type { OperandKind } from "./operands.js";
import { randomProblem } from "./random-problem.js";
import { DEFAULT_SEED, randomSource } from "./random-source.js";
import { referenceConv2d } from "./reference.js";

export const SUITE_NAMES = ["exact", "bounded", "goldens", "lifecycle"] as const;
export type SuiteName = (typeof SUITE_NAMES)[number];

export interface ConformanceCase {
  readonly suite: SuiteName;
  readonly name: string;
  run(backend: Backend): Promise<CaseOutcome>;
}

export interface SuiteOptions {
  /** Seeds the random problems and all operands. Default 1. */
  readonly seed?: number;
  /** How many random problems `exact` and `bounded` have, each. Default 200. */
  readonly randomProblems?: number;
}

/** All cases of the named suites, in order. */
export async function conformanceCases(
  suites: readonly SuiteName[],
  options: SuiteOptions = {},
): Promise<readonly ConformanceCase[]> {
  const lists = await Promise.all(suites.map(async (suite) => BUILDERS[suite](options)));
  return lists.flat();
}

const BUILDERS: Record<
  SuiteName,
  (options: SuiteOptions) => readonly ConformanceCase[] | Promise<readonly ConformanceCase[]>
> = {
  exact: (options) => againstReference("exact", "integer", options),
  bounded: (options) => againstReference("bounded", "real", options),
  goldens: async () =>
    (await loadGoldens()).cases.map(({ problem, name, kind, operands, expected }) => ({
      suite: "goldens",
      name,
      // PyTorch gives the result; the magnitudes that a bound is proportional to are ours.
      run: async (backend) =>
        checkOperands(backend, problem, kind, operands, {
          output: expected,
          magnitude: referenceConv2d(problem, operands).magnitude,
        }),
    })),
  lifecycle: () => LIFECYCLE_CASES.map(({ name, run }) => ({ suite: "lifecycle", name, run })),
};

function againstReference(
  suite: SuiteName,
  kind: OperandKind,
  { seed = DEFAULT_SEED, randomProblems = 200 }: SuiteOptions,
): readonly ConformanceCase[] {
  const random = randomSource(seed);
  const problems: readonly Conv2dProblem[] = [
    ...CORNER_PROBLEMS.map(parseProblem),
    ...Array.from({ length: randomProblems }, () => randomProblem(random)),
  ];
  return problems.map((problem) => ({
    suite,
    name: formatProblem(problem),
    run: (backend) => checkProblem(backend, problem, kind, { seed }),
  }));
}

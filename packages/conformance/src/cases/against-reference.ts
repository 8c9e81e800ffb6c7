/** One case for each problem, which compares a backend's result with the reference. */

import { type Conv2dProblem, formatProblem } from "@convene/core";
import type { ConformanceCase } from "../case.js";
import { checkProblem } from "../check-problem.js";
import type { OperandKind } from "../operands.js";
import type { SuiteName } from "../suite-names.js";

export function againstReference(
  suite: SuiteName,
  kind: OperandKind,
  problems: readonly Conv2dProblem[],
): readonly ConformanceCase[] {
  return problems.map((problem) => ({
    suite,
    name: formatProblem(problem),
    problems: [problem],
    run: ({ backend, seed, accuracy }) => checkProblem(backend, problem, kind, { seed, accuracy }),
  }));
}

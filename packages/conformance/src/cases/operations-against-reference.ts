/** One case for each operation, which compares a backend's result with the reference. */

import { formatOperation, type OperationProblem } from "@convene/core";
import type { ConformanceCase } from "../case.js";
import { checkOperationProblem } from "../operations/check-operation.js";

export function operationsAgainstReference(problems: readonly OperationProblem[]): readonly ConformanceCase[] {
  return problems.map((problem) => ({
    suite: "operations",
    name: formatOperation(problem),
    problems: [problem],
    run: ({ backend, seed }) => checkOperationProblem(backend, problem, { seed }),
  }));
}

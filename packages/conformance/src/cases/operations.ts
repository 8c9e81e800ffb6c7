/**
 * operations: a backend's operations beside convolution, compared with the float64 reference and checked against the contract.
 * If a backend does not have a kind, the kind's cases are skipped with this reason. For a backend that only convolves, all but a
 * few cases are skipped.
 */

import { parseOperation } from "@convene/core";
import { OPERATION_KINDS } from "@convene/core/backend";
import type { ConformanceCase } from "../case.js";
import { operationsAgainstReference } from "./operations-against-reference.js";
import { operationErrorCases } from "./operations-errors.js";
import { LARGE_OPERATIONS, OPERATION_PROBLEMS } from "./operations-problems.js";
import { operationRunCases } from "./operations-runs.js";
import { operationValueCases } from "./operations-values.js";
import { notQuick, sparsely } from "./quick.js";

export async function operationCases(): Promise<readonly ConformanceCase[]> {
  return [
    ...OPERATION_KINDS.flatMap((kind) =>
      sparsely(4, operationsAgainstReference(OPERATION_PROBLEMS[kind].map(parseOperation))),
    ),
    ...notQuick(operationsAgainstReference(LARGE_OPERATIONS.map(parseOperation))),
    ...operationValueCases(),
    ...operationRunCases(),
    ...operationErrorCases(),
  ];
}

/**
 * operations: what a backend has beside convolution, held to the float64 reference and to the contract. A backend that does not
 * have a kind skips the kind's cases, with that reason; one that only convolves skips all but a few.
 */

import { parseOperation } from "@convene/core";
import { OPERATION_KINDS } from "@convene/core/backend";
import type { ConformanceCase } from "../case.js";
import { operationsAgainstReference } from "./operations-against-reference.js";
import { operationErrorCases } from "./operations-errors.js";
import { OPERATION_PROBLEMS } from "./operations-problems.js";
import { operationRunCases } from "./operations-runs.js";
import { operationValueCases } from "./operations-values.js";

export async function operationCases(): Promise<readonly ConformanceCase[]> {
  return [
    ...operationsAgainstReference(OPERATION_KINDS.flatMap((kind) => OPERATION_PROBLEMS[kind]).map(parseOperation)),
    ...operationValueCases(),
    ...operationRunCases(),
    ...operationErrorCases(),
  ];
}

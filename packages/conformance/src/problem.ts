/** The problem of a case: a convolution, or an operation beside convolution. */

import {
  type BackendFeatures,
  formatOperation,
  formatProblem,
  isOperationProblem,
  isOperationString,
  operationOutputShape,
  outputShape,
  parseOperation,
  parseProblem,
  type Problem,
  type Shape4,
  type Support,
} from "@convene/core";

/** The problem's string, which `problemOf` reads back. */
export function textOf(problem: Problem): string {
  return isOperationProblem(problem) ? formatOperation(problem) : formatProblem(problem);
}

/** The problem of a string, a convolution or an operation. @throws ConveneError if the string is not valid */
export function problemOf(text: string): Problem {
  return typeof text === "string" && isOperationString(text) ? parseOperation(text) : parseProblem(text);
}

export function outputShapeOf(problem: Problem): Shape4 {
  return isOperationProblem(problem) ? operationOutputShape(problem) : outputShape(problem);
}

/** `true` if the backend declares that it takes the problem; otherwise the reason. */
export function supportOf(features: BackendFeatures, problem: Problem): Support {
  if (!isOperationProblem(problem)) return features.supports?.(problem) ?? true;
  const { operations = [], supportsOperation } = features;
  if (!operations.includes(problem.kind)) return { reason: `features.operations does not have ${problem.kind}` };
  return supportsOperation?.(problem) ?? true;
}

/** The trained parameters of operations, checked against their problems. */

import { checkFloat32Array, checkKeys } from "../check.js";
import { ConveneError } from "../errors.js";
import type { OperationParameters, OperationProblem } from "./operation-problem.js";

/**
 * Checks the parameters of an operation, and returns them.
 *
 * @throws ConveneError `ERR_INVALID_OPTION`, or `ERR_SHAPE` for parameters of the wrong size
 */
export function checkOperationParameters(
  parameters: OperationParameters,
  problem: OperationProblem,
): OperationParameters {
  const { slope } = checkKeys("parameters", parameters, ["slope"]);
  if (problem.kind === "prelu") {
    return { slope: checkFloat32Array("slope", slope, problem.c, "one for each channel") };
  }
  if (slope === undefined) return {};
  throw new ConveneError("ERR_INVALID_OPTION", `a slope was given to the operation ${problem.kind}, which has none`);
}

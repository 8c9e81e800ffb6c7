/** `Operation`: an operation of a network whose sizes are not known yet, as `Conv2d` is for convolutions. `isOperation` recognises one. */

import type { Shape4 } from "../shape.js";
import type { OperationKind, OperationParameters, OperationProblem } from "./operation-problem.js";

/**
 * An operation, the result of functions such as `maxPool2d({ kernelSize: 2 })`. The same object may be used several
 * times, also in several networks.
 */
export interface Operation {
  readonly kind: OperationKind;
  /** How many values the operation reads; `"any"`: one or more. */
  readonly inputs: number | "any";
  readonly parameters: OperationParameters;
  /** The problem for inputs of these shapes. @throws ConveneError `ERR_SHAPE` if the shapes do not fit */
  problem(inputShapes: readonly Shape4[]): OperationProblem;
}

/** Marks an operation for every copy of this package. */
const brand = (): symbol => Symbol.for("convene.Operation");

/** Whether `value` is an `Operation`, of this copy of the package or of another. */
export function isOperation(value: unknown): value is Operation {
  try {
    return brand() in Object(value);
  } catch {
    return false;
  }
}

export function makeOperation(
  kind: OperationKind,
  inputs: Operation["inputs"],
  problem: Operation["problem"],
  parameters: OperationParameters = {},
): Operation {
  const made = { kind, inputs, parameters, problem };
  return Object.freeze(Object.defineProperty(made, brand(), { value: true }));
}

/** The references, computed once for each question of a process. What the public functions give is the same. */

import type { Conv2dProblem, OperationParameters, OperationProblem } from "@convene/core";
import { activationRange } from "@convene/core/backend";
import { answerMemory } from "./answer-memory.js";
import type { Operands } from "./operands.js";
import { referenceOperation } from "./operations/reference-operation.js";
import { referenceConv2d, type ReferenceResult } from "./reference.js";

const convolutions = answerMemory<ReferenceResult>(
  ({ output, magnitude }) => [output, magnitude],
  ({ output, magnitude }) => ({ output: output.slice(), magnitude: magnitude.slice() }),
);
const operations = answerMemory<Float64Array>(
  (output) => [output],
  (output) => output.slice(),
);

/** As `referenceConv2d`. */
export function rememberedConv2d(problem: Conv2dProblem, operands: Operands): ReferenceResult {
  const { input, weight, bias, residual } = operands;
  // Every field by its name: a faulty backend asks for problems that no string stands for. Infinity has no JSON.
  const key = JSON.stringify({ ...problem, activation: activationRange(problem.activation).join() });
  return convolutions(key, [input, weight, bias, residual], () => referenceConv2d(problem, operands));
}

/** As `referenceOperation`. */
export function rememberedOperation(
  problem: OperationProblem,
  inputs: readonly Float32Array[],
  parameters: OperationParameters = {},
): Float64Array {
  const key = JSON.stringify(problem, (_, value: unknown) => (typeof value === "number" ? String(value) : value));
  return operations(key, [...inputs, parameters.slope], () => referenceOperation(problem, inputs, parameters));
}

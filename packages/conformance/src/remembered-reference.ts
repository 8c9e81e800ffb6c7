/** The references with a memory: each question of a process is computed once. The results equal those of the public functions. */

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

/** The result of `referenceConv2d`, computed or from memory. */
export function rememberedConv2d(problem: Conv2dProblem, operands: Operands): ReferenceResult {
  const { input, weight, bias, residual } = operands;
  // The key has every field, because a faulty backend asks for problems without a string. The activation becomes text, because JSON has no Infinity.
  const key = JSON.stringify({ ...problem, activation: activationRange(problem.activation).join() });
  return convolutions(key, [input, weight, bias, residual], () => referenceConv2d(problem, operands));
}

/** The result of `referenceOperation`, computed or from memory. */
export function rememberedOperation(
  problem: OperationProblem,
  inputs: readonly Float32Array[],
  parameters: OperationParameters = {},
): Float64Array {
  const key = JSON.stringify(problem, (_, value: unknown) => (typeof value === "number" ? String(value) : value));
  return operations(key, [...inputs, parameters.slope], () => referenceOperation(problem, inputs, parameters));
}

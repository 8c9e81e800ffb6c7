/** Inputs and parameters for an operation, made from a seed so that a failure can be run again. */

import { operationInputShapes, type OperationProblem } from "@convene/core";
import { activationRange } from "@convene/core/backend";
import { randomSource } from "../random-source.js";

/** Everything that one operation reads, on the host. */
export interface OperationOperands {
  /** The inputs of the operation, in NCHW. */
  readonly inputs: readonly Float32Array[];
  /** The slopes of prelu. */
  readonly slope?: Float32Array | undefined;
}

/**
 * - `"integer"`: integers of either sign, none 0, whose sums and products are exact in float32.
 * - `"real"`: reals of either sign, from tiny values to the ends of functions.
 * - `"negative"`: negative reals, so that a wrong zero among them becomes the maximum.
 */
export type OperationValues = "integer" | "real" | "negative";

/** The largest integer: large enough that two elements are seldom equal, and small enough that a product of two is exact in float32. */
const LARGEST_INTEGER = 999;

/**
 * Random operands for `problem`, inputs in NCHW. One seed always gives the same operands.
 *
 * @param seed an integer
 * @throws ConveneError `ERR_INVALID_OPTION` or `ERR_SHAPE` if `problem` is no valid problem
 */
export function makeOperationOperands(
  problem: OperationProblem,
  values: OperationValues,
  seed: number,
): OperationOperands {
  const random = randomSource(seed);
  const draw = DRAWS[values](random, widthOf(problem));
  const inputs = operationInputShapes(problem).map(([n, c, h, w]) =>
    Float32Array.from({ length: n * c * h * w }, draw),
  );
  if (problem.kind !== "prelu") return { inputs };
  // Slopes above 1 and below 0 too. For them the maximum of x and slope·x is another function.
  return { inputs, slope: Float32Array.from({ length: problem.c }, () => 3 * random() - 1.5) };
}

/** A copy of the operands for a backend, because a backend may write to its operands. */
export function copyOperationOperands({ inputs, slope }: OperationOperands): OperationOperands {
  return { inputs: inputs.map((data) => data.slice()), ...(slope ? { slope: slope.slice() } : {}) };
}

const DRAWS: Readonly<Record<OperationValues, (random: () => number, width: number) => () => number>> = {
  integer: (random, width) => {
    const largest = Math.max(1, Math.min(LARGEST_INTEGER, Math.floor(width)));
    return () => signOf(random) * (1 + Math.floor(random() * largest));
  },
  real: (random, width) => {
    const scale = Math.min(1, width / 4);
    return () => scale * real(random);
  },
  negative: (random) => () => -Math.abs(real(random)) - 2 ** -20,
};

/** A random value: a third lie within 1, a third where functions bend, and a third over many orders of magnitude. */
function real(random: () => number): number {
  const sign = signOf(random);
  const kind = random();
  if (kind < 1 / 3) return sign * random();
  return sign * (kind < 2 / 3 ? 12 * random() : 2 ** (25 * random() - 20));
}

function signOf(random: () => number): number {
  return random() < 0.5 ? -1 : 1;
}

/**
 * The largest size of values. With a clamp this is the width of the clamp, because a clamp only passes values within it. For a normalisation the
 * variance must not be so large that its `eps` makes no difference.
 */
function widthOf(problem: OperationProblem): number {
  if (problem.kind === "add" || problem.kind === "multiply") {
    const [min, max] = activationRange(problem.activation);
    return problem.kind === "add" ? max - min : Math.sqrt(max - min);
  }
  if (problem.kind === "groupNorm" || problem.kind === "layerNorm") return 4;
  return problem.kind === "activation" ? 12 : Infinity;
}

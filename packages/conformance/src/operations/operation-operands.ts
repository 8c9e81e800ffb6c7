/** Inputs and parameters for an operation, made from a seed so that a failure can be run again. */

import { operationInputShapes, type OperationProblem } from "@convene/core";
import { activationRange } from "@convene/core/backend";
import { randomSource } from "../random-source.js";

/** Everything that one operation reads, on the host. */
export interface OperationOperands {
  /** In NCHW, as many as the operation has inputs. */
  readonly inputs: readonly Float32Array[];
  /** Of prelu. */
  readonly slope?: Float32Array | undefined;
}

/**
 * - `"integer"`: integers of either sign, none 0, whose sums and products are exact in float32.
 * - `"real"`: of either sign, from tiny to where functions end.
 * - `"negative"`: negative reals, among which a zero that does not belong there is the maximum.
 */
export type OperationValues = "integer" | "real" | "negative";

/** So large that two elements seldom agree, and so small that a product of two is exact in float32. */
const LARGEST_INTEGER = 999;

/**
 * Random operands for `problem`, inputs in NCHW. One seed always gives the same operands.
 *
 * @param seed an integer
 * @throws ConveneError `ERR_INVALID_OPTION` or `ERR_SHAPE` where `problem` is no valid problem
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
  // Above 1 and below 0 too: x and slope·x, whichever is larger, is another function there.
  return { inputs, slope: Float32Array.from({ length: problem.c }, () => 3 * random() - 1.5) };
}

/** The same operands in arrays of their own: for a backend, which may write to what it is given. */
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

/** A third within 1, a third over the range where functions bend, a third over many orders of magnitude. */
function real(random: () => number): number {
  const sign = signOf(random);
  const kind = random();
  if (kind < 1 / 3) return sign * random();
  return sign * (kind < 2 / 3 ? 12 * random() : 2 ** (25 * random() - 20));
}

function signOf(random: () => number): number {
  return random() < 0.5 ? -1 : 1;
}

/** A clamp leaves through what lies within it: values are made no larger than it is wide. */
function widthOf(problem: OperationProblem): number {
  if (problem.kind === "add" || problem.kind === "multiply") {
    const [min, max] = activationRange(problem.activation);
    return problem.kind === "add" ? max - min : Math.sqrt(max - min);
  }
  return problem.kind === "activation" ? 12 : Infinity;
}

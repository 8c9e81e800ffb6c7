/** The cost of a convolution: arithmetic, parameters and memory traffic. Pure functions of a problem. */

import { checkKeys, checkList, checkNumber } from "./check.js";
import {
  isOperationProblem,
  operationInputShapes,
  operationOutputShape,
  type OperationProblem,
  operationProblem,
  type Problem,
} from "./operations/operation-problem.js";
import { type Conv2dProblem, readProblem } from "./problem.js";
import { elementCount } from "./shape.js";

/** The cost of one run. */
export interface Cost {
  /** How many multiply-accumulates. Taps on padding are counted too, as usual. */
  readonly macs: number;
  /** How many weights and biases. */
  readonly parameters: number;
  /** Bytes that must be read at least once: input, weights, bias and residual in float32. */
  readonly bytesRead: number;
  /** Bytes of the output in float32. */
  readonly bytesWritten: number;
  /** Floating-point operations (two per multiply-accumulate) per byte moved. */
  readonly arithmeticIntensity: number;
}

const KEYS = ["macs", "parameters", "bytesRead", "bytesWritten", "arithmeticIntensity"] as const;

/**
 * The cost of one run of a problem. It is a formula, so the problem may be too large to be run. `macs` is 0 for an operation other than
 * a convolution, as usual.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` or `ERR_SHAPE` where `problem` is no valid problem
 */
export function problemCost(problem: Problem): Cost {
  return isOperationProblem(problem) ? operationCost(operationProblem(problem)) : convolutionCost(problem);
}

function operationCost(problem: OperationProblem): Cost {
  const parameters = problem.kind === "prelu" ? problem.c : 0;
  const read = operationInputShapes(problem).reduce((sum, shape) => sum + elementCount(shape), 0);
  return cost(0, parameters, 4 * (read && read + parameters), 4 * elementCount(operationOutputShape(problem)));
}

function convolutionCost(problem: Conv2dProblem): Cost {
  const p = readProblem(problem);
  const outputs = p.n * p.oc * p.oh * p.ow;
  const macs = outputs * (p.ic / p.g) * p.kh * p.kw;
  const parameters = p.oc * (p.ic / p.g) * p.kh * p.kw + (p.bias ? p.oc : 0);
  // An empty batch needs no reads.
  const bytesRead = outputs && 4 * (p.n * p.ic * p.ih * p.iw + parameters + (p.residual ? outputs : 0));
  return cost(macs, parameters, bytesRead, 4 * outputs);
}

/**
 * The sum of costs. The bytes of each layer are counted, also where a layer reads what the layer before it has just written.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` where an entry is no `Cost`
 */
export function totalCost(costs: readonly Cost[]): Cost {
  const given = checkList("costs", costs, (each, index) => {
    const own = checkKeys(`costs[${index}]`, each, KEYS);
    for (const key of KEYS) checkNumber(`costs[${index}].${key}`, own[key]);
    return own;
  });
  const sum = (key: keyof Cost): number => given.reduce((total, each) => total + each[key], 0);
  return cost(sum("macs"), sum("parameters"), sum("bytesRead"), sum("bytesWritten"));
}

function cost(macs: number, parameters: number, bytesRead: number, bytesWritten: number): Cost {
  const bytes = bytesRead + bytesWritten;
  return { macs, parameters, bytesRead, bytesWritten, arithmeticIntensity: bytes === 0 ? 0 : (2 * macs) / bytes };
}

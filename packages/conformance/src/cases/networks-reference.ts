/** The right result of each layer of a network, and the largest float32 error after so many layers. */

import type { Arithmetic, Conv2dProblem, Network, Shape4 } from "@convene/core";
import { allowance } from "../allowance.js";
import type { OperandKind, Operands } from "../operands.js";
import { rememberedConv2d } from "../remembered-reference.js";
import { convolutionProblems, convolutionsOf } from "./networks-convolutions.js";

export interface LayerResult {
  readonly problem: Conv2dProblem;
  /** The result, in NCHW, rounded to float32. */
  readonly output: Float32Array;
  /**
   * The largest allowed difference from `output`: the layer's own rounding, and the errors of its operands. For integers this is
   * zero everywhere, except in a transformed layer and in the layers that depend on one.
   */
  readonly error: Float32Array;
  /** The largest Σ|x||w| + |b| + |r| of the layer. Integers are exact up to 2²⁴. */
  readonly largest: number;
}

type Value = Pick<LayerResult, "output" | "error">;

/**
 * The result of each layer, in order, for an input in NCHW. `arithmetics` has the arithmetic of each layer. Default: all direct.
 */
export function referenceNetwork(
  net: Network,
  kind: OperandKind,
  input: Float32Array,
  shape: Shape4,
  arithmetics: readonly Arithmetic[] = [],
): readonly LayerResult[] {
  const problems = convolutionProblems(net, shape);
  const results: LayerResult[] = [];
  const given: Value = { output: input, error: new Float32Array(input.length) };
  const valueOf = (ref: number): Value => (ref < 0 ? given : results[ref]!);
  convolutionsOf(net).forEach(({ conv, input: from, residual }, index) => {
    const read = valueOf(from);
    const added = residual === undefined ? undefined : valueOf(residual);
    const operands = { ...conv.weights, input: read.output, residual: added?.output };
    const { output, magnitude } = rememberedConv2d(problems[index]!, operands);
    const rounded = Float32Array.from(output);
    const largest = magnitude.reduce((a, b) => Math.max(a, b), 0);
    const error = errorOf(problems[index]!, kind, arithmetics[index] ?? "direct", operands, read, added);
    results.push({
      problem: problems[index]!,
      output: rounded,
      // The error is rounded to float32 too, and must be rounded upwards.
      error: Float32Array.from(error, (each, at) => (each + Math.abs(rounded[at]! - output[at]!)) * (1 + 2 ** -22)),
      largest,
    });
  });
  return results;
}

function errorOf(
  problem: Conv2dProblem,
  kind: OperandKind,
  arithmetic: Arithmetic,
  operands: Operands,
  read: Value,
  added: Value | undefined,
): Float64Array {
  const isOff = [read, added].some((value) => value?.error.some((each) => each !== 0));
  if (kind === "integer" && arithmetic === "direct" && !isOff) {
    return new Float64Array(problem.n * problem.oc * problem.oh * problem.ow);
  }
  return allowance(problem, arithmetic, operands, isOff ? { input: read.error, residual: added?.error } : {});
}

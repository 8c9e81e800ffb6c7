/** What a network's layers give: the reference, layer by layer, and how far from it float32 may be after so many. */

import type { Conv2dProblem, Network, Shape4 } from "@convene/core";
import { referenceConv2d } from "../reference.js";
import { gamma, roundings } from "../rules.js";

export interface LayerResult {
  readonly problem: Conv2dProblem;
  /** In NCHW, rounded to float32. */
  readonly output: Float32Array;
  /** How far from `output` a result may be: its own rounding, and what its operands may be off by, carried on. */
  readonly error: Float32Array;
  /** The largest Σ|x||w| + |b| + |r|: integers are exact up to 2²⁴. */
  readonly largest: number;
}

type Value = Pick<LayerResult, "output" | "error">;

/** Half the smallest subnormal float32: what a product can lose besides. */
const UNDERFLOW = 2 ** -150;

/** Every layer's result, in order, for an input in NCHW. */
export function referenceNetwork(net: Network, input: Float32Array, shape: Shape4): readonly LayerResult[] {
  const problems = net.problems(shape);
  const results: LayerResult[] = [];
  const given: Value = { output: input, error: new Float32Array(input.length) };
  const valueOf = (ref: number): Value => (ref < 0 ? given : results[ref]!);
  net.layers.forEach(({ conv, input: from, residual }, index) => {
    const read = valueOf(from);
    const added = residual === undefined ? undefined : valueOf(residual);
    results.push(layerResult(problems[index]!, conv.weights, read, added));
  });
  return results;
}

/**
 * With operands that are off by at most e, |ŷ − y| ≤ Σe|w| + eʳ + γ·(Σ(|x| + e)|w| + |b| + |r| + eʳ): what they bring along,
 * and the error bound of rule 2 at the operands that there may really be. A clamp makes no error larger.
 */
function layerResult(
  problem: Conv2dProblem,
  { weight, bias }: { readonly weight: Float32Array; readonly bias?: Float32Array | undefined },
  read: Value,
  added: Value | undefined,
): LayerResult {
  const exact = referenceConv2d(problem, { input: read.output, weight, bias, residual: added?.output });
  const carried = referenceConv2d(
    { ...problem, activation: undefined },
    { input: read.error, weight: weight.map(Math.abs), residual: added?.error },
  ).output;
  const output = Float32Array.from(exact.output);
  const k = roundings(problem);
  const error = output.map((rounded, at) => {
    const own = gamma(k) * (exact.magnitude[at]! + carried[at]!) + k * UNDERFLOW;
    // A little more, because this is itself rounded to float32.
    return (carried[at]! + own + Math.abs(rounded - exact.output[at]!)) * (1 + 2 ** -22);
  });
  return { problem, output, error, largest: exact.magnitude.reduce((a, b) => Math.max(a, b), 0) };
}

/** Which elements share a mean and a variance in a normalisation, and the largest allowed error of its results. */

import type { GroupNormProblem, LayerNormProblem } from "@convene/core";
import { gamma, UNDERFLOW } from "../rules.js";

export type NormalizationProblem = GroupNormProblem | LayerNormProblem;

const UNIT_ROUNDOFF = 2 ** -24;
/** The roundings of 1/√x. WGSL allows 2 units in the last place for an inverse root, and 2.5 for each of two divisions. A unit is two roundings. */
const FACTOR_ROUNDINGS = 14;

/** The places, in NCHW, of the elements that share a mean and a variance. Each element is in one set. */
export function normalizationSets(p: NormalizationProblem): readonly (readonly number[])[] {
  const plane = p.h * p.w;
  if (p.kind === "groupNorm") {
    const size = (p.c / p.g) * plane;
    return Array.from({ length: p.n * p.g }, (_, set) => Array.from({ length: size }, (__, at) => set * size + at));
  }
  return Array.from({ length: p.n * plane }, (_, set) => {
    const first = Math.floor(set / plane) * p.c * plane + (set % plane);
    return Array.from({ length: p.c }, (__, channel) => first + channel * plane);
  });
}

/**
 * The largest allowed difference from `(x − μ) / √(v + ε)`. Let a set have N elements.
 *
 * - The mean is off by δ = γ(N + 2)·Σ|x|/N.
 * - Σ(x − μ')² about a mean μ' that is off by δ is N·(v + δ²). So the variance is off by e = δ² + γ(N + 4)·(v + δ²). A backend
 *   that subtracts the square of the mean from the mean of squares has a much larger error where the mean is far from zero.
 * - The factor 1/√(v + ε) is off by the fraction f = e / (2·(v + ε − e)), and by 14 roundings.
 * - The difference x − μ, its product with the factor, or the factor times x less the factor times μ, are rounded: γ(4)·(|x| + |μ|).
 *
 * If e is not below v + ε, float32 says nothing of the result, and the bound is infinite.
 */
export function normalizationBound(problem: NormalizationProblem, input: ArrayLike<number>): Float64Array {
  const sets = normalizationSets(problem);
  const bound = new Float64Array(problem.n * problem.c * problem.h * problem.w);
  for (const set of sets) {
    const count = set.length;
    const meanOf = (value: (x: number) => number): number =>
      set.reduce((sum, at) => sum + value(input[at]!), 0) / count;
    const mean = meanOf((x) => x);
    const variance = meanOf((x) => (x - mean) ** 2);
    const meanError = gamma(count + 2) * meanOf(Math.abs) + (count + 2) * UNDERFLOW;
    const varianceError = meanError ** 2 + gamma(count + 4) * (variance + meanError ** 2) + (count + 4) * UNDERFLOW;
    const divisor = variance + problem.eps;
    const fraction =
      divisor > varianceError
        ? varianceError / (2 * (divisor - varianceError)) + FACTOR_ROUNDINGS * UNIT_ROUNDOFF
        : Infinity;
    const factor = 1 / Math.sqrt(divisor);
    for (const at of set) {
      const x = input[at]!;
      const difference = meanError + gamma(4) * (Math.abs(x) + Math.abs(mean));
      bound[at] = difference * factor * (1 + fraction) + Math.abs(x - mean) * factor * fraction + UNDERFLOW;
    }
  }
  return bound;
}

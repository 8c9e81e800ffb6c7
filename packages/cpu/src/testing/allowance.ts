/** The allowed distance of an output from its definition: rules 2 and 4 of agreement, for inputs between -8 and 8. */

import type { Activation, OperationProblem } from "@convene/core";

/** Half a unit in the last place of 1. */
const U = 2 ** -24;

/** The error of a sum of `terms` products, as a share of the sum of their magnitudes. */
const gamma = (terms: number): number => (terms * U) / (1 - terms * U);

/**
 * The allowed error of a function in units in the last place of its result; see docs/kernels.md, "Operations beside
 * convolution". A function that is not in this table is exact but for one rounding.
 */
export const FUNCTION_ULPS: Readonly<Partial<Record<Extract<Activation, string>, number>>> = {
  sigmoid: 3,
  silu: 5,
  tanh: 2,
  gelu: 6,
  hardSigmoid: 2,
  hardSwish: 3,
};

/** The distance from `a` to the next float32 of larger magnitude. */
export function ulp(a: number): number {
  const magnitude = Math.max(Math.abs(a), 2 ** -126);
  return 2 ** (Math.floor(Math.log2(magnitude)) - 23);
}

/** @param expected the element by its definition, in float64 */
export function allowance(p: OperationProblem, expected: number): number {
  switch (p.kind) {
    case "avgPool2d":
      return gamma(p.kh * p.kw + 2) * 8;
    case "upsample":
      return p.mode === "nearest" ? 0 : gamma(8) * 8;
    case "softmax":
      // A difference from the maximum is rounded, and is up to 16.
      return gamma(p.c + 16 + 8) * expected;
    case "groupNorm":
      return gamma((p.c / p.g) * p.h * p.w + 12) * 32;
    case "layerNorm":
      return gamma(p.c + 12) * 32;
    case "activation":
      return activationAllowance(p.activation, expected);
    default:
      return 0;
  }
}

function activationAllowance(activation: Activation, expected: number): number {
  // A sum of two, and a product.
  if (typeof activation === "object") return "hardSigmoid" in activation ? gamma(4) * 8 : 0;
  if (activation === "geluTanh") return 8 * U * 8;
  return (FUNCTION_ULPS[activation] ?? 0) * ulp(expected);
}

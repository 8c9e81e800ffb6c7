/** How far a plan's answer may be from the exact one, where what it reads may be off already: errors add up over layers. */

import type { Arithmetic, Conv2dProblem } from "@convene/core";
import type { Operands } from "./operands.js";
import { rememberedConv2d } from "./remembered-reference.js";
import { gamma, roundings, UNDERFLOW } from "./rules.js";
import { transformedBound } from "./transformed-bound.js";

/** How far each element of a plan's operands may be from those that the exact answer is for. Left out: not at all. */
export interface OperandErrors {
  readonly input?: Float32Array | undefined;
  readonly residual?: Float32Array | undefined;
}

/**
 * With operands that are off by at most e, |ŷ − y| ≤ Σe|w| + eʳ + own: what they bring along, and `own`, the error bound at
 * the operands that there may really be, |x| + e and |r| + eʳ. That is rule 2's for a direct plan, γ·(Σ(|x| + e)|w| + |b| +
 * |r| + eʳ), and rule 3's for a transformed one. A clamp makes no error larger. In NCHW order.
 *
 * The bound of rule 2 is for real values: a direct plan that reads small integers, none of them off, makes no error.
 */
export function allowance(
  problem: Conv2dProblem,
  arithmetic: Arithmetic,
  operands: Operands,
  off: OperandErrors = {},
): Float64Array {
  const { input, weight, bias, residual } = operands;
  const grown: Operands = {
    input: off.input ? input.map((x, at) => Math.abs(x) + off.input![at]!) : input,
    weight: weight.map(Math.abs),
    bias: bias?.map(Math.abs),
    residual: residual?.map((r, at) => Math.abs(r) + (off.residual?.[at] ?? 0)),
  };
  const bare: Conv2dProblem = { ...problem, bias: false, activation: undefined };
  const carried = off.input
    ? rememberedConv2d(bare, { input: off.input, weight: grown.weight, residual: off.residual }).output
    : off.residual;
  const own = arithmetic === "transformed" ? transformedBound(problem, grown).bound : directBound(problem, grown);
  // A little more, because |x| + e is itself rounded to float32.
  return own.map((each, at) => (each + (carried?.[at] ?? 0)) * (1 + 2 ** -22));
}

function directBound(problem: Conv2dProblem, operands: Operands): Float64Array {
  const k = roundings(problem);
  return rememberedConv2d(problem, operands).magnitude.map((each) => gamma(k) * each + k * UNDERFLOW);
}

/** The largest error of a plan's result if its operands have errors already. Errors add up over layers. */

import type { Arithmetic, Conv2dProblem } from "@convene/core";
import type { Operands } from "./operands.js";
import { rememberedConv2d } from "./remembered-reference.js";
import { gamma, roundings, UNDERFLOW } from "./rules.js";
import { transformedBound } from "./transformed-bound.js";

/** The largest error of each element of a plan's operands. Left out: the operands are exact. */
export interface OperandErrors {
  readonly input?: Float32Array | undefined;
  readonly residual?: Float32Array | undefined;
}

/**
 * If the operands have errors of at most e, then |ŷ − y| ≤ Σe|w| + eʳ + own. The first two terms come from the operands. `own` is
 * the plan's error bound for the largest possible operands, |x| + e and |r| + eʳ: rule 2's bound for a direct plan, γ·(Σ(|x| + e)|w|
 * + |b| + |r| + eʳ), and rule 3's bound for a transformed plan. A clamp makes no error larger. The result is in NCHW order.
 *
 * The bound of rule 2 is for real values. A direct plan that reads exact small integers makes no error.
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
  // A little larger, because |x| + e is rounded to float32 too.
  return own.map((each, at) => (each + (carried?.[at] ?? 0)) * (1 + 2 ** -22));
}

function directBound(problem: Conv2dProblem, operands: Operands): Float64Array {
  const k = roundings(problem);
  return rememberedConv2d(problem, operands).magnitude.map((each) => gamma(k) * each + k * UNDERFLOW);
}

/** A parameter is changed: what follows for the others, or why it cannot be. Pure. */

import { ConveneError, type Conv2dProblem, conv2dProblem, type Conv2dProblemSpec } from "@convene/core";
import { commonDivisors } from "./stages.js";

export type Adjusted =
  | { readonly problem: Conv2dProblem; readonly also?: string }
  /** Core's own words. */
  | { readonly refused: string };

/** The most common divisor that is no larger than `groups`. */
function fittingGroups(ic: number, oc: number, groups: number): number {
  return commonDivisors(ic, oc).findLast((each) => each <= groups)!;
}

/** Groups follow the channels, and say so; anything else that does not fit is refused. */
export function adjust(p: Conv2dProblem, change: Partial<Conv2dProblemSpec>): Adjusted {
  const next = { ...p, ...change };
  const g = fittingGroups(next.ic, next.oc, change.g ?? p.g);
  try {
    const problem = conv2dProblem({ ...next, g });
    if (g === next.g) return { problem };
    return { problem, also: `groups is ${g} now: ${next.g} does not divide both ${next.ic} and ${next.oc}` };
  } catch (error) {
    if (error instanceof ConveneError) return { refused: error.message };
    throw error;
  }
}

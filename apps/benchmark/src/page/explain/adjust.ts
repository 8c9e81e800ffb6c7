/** Changes a parameter, and the parameters that depend on it, or says why the change is impossible. Pure. */

import { ConveneError, type Conv2dProblem, conv2dProblem, type Conv2dProblemSpec } from "@convene/core";
import { commonDivisors } from "./stages.js";

export type Adjusted =
  | { readonly problem: Conv2dProblem; readonly also?: string }
  /** The message of core's error. */
  | { readonly refused: string };

/** The largest common divisor of both channel counts that is no larger than `groups`. */
function fittingGroups(ic: number, oc: number, groups: number): number {
  return commonDivisors(ic, oc).findLast((each) => each <= groups)!;
}

/** Changes parameters. If the channels change, groups change with them, and a sentence says so. Any other change that does not fit is refused. */
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

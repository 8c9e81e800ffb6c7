/** Finds the smallest convolution that still fails: it makes one field after another plainer while the problem fails. */

import { type Conv2dProblem, conv2dProblem, formatProblem } from "@convene/core";

/** The most problems that are tried. */
const MOST_TRIES = 30;

type Change = (problem: Conv2dProblem) => Partial<Conv2dProblem>;

const CHANGES: readonly Change[] = [
  () => ({ n: 1 }),
  () => ({ residual: false }),
  () => ({ activation: undefined }),
  () => ({ bias: false }),
  () => ({ dh: 1, dw: 1 }),
  () => ({ sh: 1, sw: 1 }),
  () => ({ pt: 0, pl: 0, pb: 0, pr: 0 }),
  () => ({ pb: 0, pr: 0 }),
  () => ({ paddingMode: "zeros" }),
  () => ({ g: 1 }),
  ({ g, ic }) => ({ ic: g * Math.max(1, Math.floor(ic / g / 2)) }),
  ({ g, oc }) => ({ oc: g * Math.max(1, Math.floor(oc / g / 2)) }),
  ({ g, ic }) => ({ ic: g * Math.max(1, ic / g - 1) }),
  ({ g, oc }) => ({ oc: g * Math.max(1, oc / g - 1) }),
  ({ g, ic, oc }) => (g > 2 ? { g: 2, ic: (2 * ic) / g, oc: (2 * oc) / g } : {}),
  ({ ih }) => ({ ih: Math.max(1, Math.floor(ih / 2)) }),
  ({ iw }) => ({ iw: Math.max(1, Math.floor(iw / 2)) }),
  ({ ih }) => ({ ih: Math.max(1, ih - 1) }),
  ({ iw }) => ({ iw: Math.max(1, iw - 1) }),
];

/** `fails` says whether a problem fails. It must give the same answer for the same problem. */
export async function shrinkProblem(
  problem: Conv2dProblem,
  fails: (problem: Conv2dProblem) => Promise<boolean>,
): Promise<Conv2dProblem> {
  let smallest = problem;
  const tried = new Set([formatProblem(problem)]);
  for (let round = 0; round < 2; round++) {
    for (const change of CHANGES) {
      const next = resolved({ ...smallest, ...change(smallest) });
      if (!next || tried.has(formatProblem(next))) continue;
      if (tried.size > MOST_TRIES) return smallest;
      tried.add(formatProblem(next));
      if (await fails(next)) smallest = next;
    }
  }
  return smallest;
}

/** The problem with its sizes computed again, or `undefined` if the fields are not valid. */
export function resolved(problem: Conv2dProblem): Conv2dProblem | undefined {
  try {
    return conv2dProblem(problem);
  } catch {
    return undefined;
  }
}

/** The algorithms, in the order in which they are asked, and planning with the one that takes a problem. */

import type { Conv2dProblem, Conv2dWeights, PrepareOptions } from "@convene/core";
import type { Workspace } from "../workspace.js";
import type { Algorithm, Plan, Workplace } from "./algorithm.js";
import { depthwise } from "./depthwise.js";
import { grouped } from "./grouped.js";
import { igemm } from "./igemm.js";
import { winograd } from "./winograd.js";

/** The last one takes every problem. */
const ALGORITHMS: readonly Algorithm[] = [depthwise, grouped, winograd, igemm];

/** A plan and what it holds: addresses to free, and its part of the workspace to release. */
export interface PlannedConv2d {
  readonly plan: Plan;
  readonly addresses: readonly number[];
}

/**
 * Plans a convolution and makes the workspace large enough for it.
 *
 * @throws ConveneError `ERR_OUT_OF_MEMORY`, after everything that was taken has been given back
 */
export function planConv2d(
  place: Workplace,
  workspace: Workspace,
  problem: Conv2dProblem,
  weights: Conv2dWeights,
  accuracy: Required<PrepareOptions>["accuracy"],
): PlannedConv2d {
  const { arena, tiles } = place;
  const algorithm = ALGORITHMS.find((one) => one.supports(problem, tiles, accuracy))!;
  const { built: plan, addresses } = arena.together(() => algorithm.plan(place, problem, weights));
  try {
    workspace.reserve(plan.workspace);
  } catch (error) {
    for (const address of addresses) arena.free(address);
    throw error;
  }
  return { plan, addresses };
}

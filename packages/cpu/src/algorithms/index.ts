/** The algorithms in order of preference. A problem is planned with the first that takes it. */

import type { Conv2dProblem, Conv2dWeights, PrepareOptions } from "@convene/core";
import { complete, type Sliced } from "../slices.js";
import type { Workspace } from "../workspace.js";
import type { Algorithm, Plan, Workplace } from "./algorithm.js";
import { depthwise } from "./depthwise.js";
import { grouped } from "./grouped.js";
import { igemm } from "./igemm.js";
import { winograd } from "./winograd.js";

/** The last algorithm takes every problem. */
const ALGORITHMS: readonly Algorithm[] = [depthwise, grouped, winograd, igemm];

/** A plan with its addresses to free, and its part of the workspace to release. */
export interface PlannedConv2d {
  readonly plan: Plan;
  readonly addresses: readonly number[];
}

/** As `planConv2dSliced`, without slices. */
export function planConv2d(...given: Parameters<typeof planConv2dSliced>): PlannedConv2d {
  return complete(planConv2dSliced(...given));
}

/**
 * Plans a convolution, and makes the workspace large enough for it. Between two slices other calls may allocate and plan.
 *
 * @throws ConveneError `ERR_OUT_OF_MEMORY`, after everything that was taken has been given back
 */
export function* planConv2dSliced(
  place: Workplace,
  workspace: Workspace,
  problem: Conv2dProblem,
  weights: Conv2dWeights,
  accuracy: Required<PrepareOptions>["accuracy"],
): Sliced<PlannedConv2d> {
  const algorithm = ALGORITHMS.find((one) => one.supports(problem, place.tiles, accuracy))!;
  const { arena, addresses } = place.arena.scope();
  try {
    const plan = yield* algorithm.plan({ ...place, arena }, problem, weights);
    workspace.reserve(plan.workspace);
    return { plan, addresses: [...addresses] };
  } catch (error) {
    for (const address of addresses) place.arena.free(address);
    throw error;
  }
}

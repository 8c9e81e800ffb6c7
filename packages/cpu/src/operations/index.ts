/** Plans operations beside convolution, by their kind. */

import type { OperationParameters, OperationProblem } from "@convene/core";
import type { OperationPlan, Step, Workplace } from "../algorithms/algorithm.js";
import type { Storage } from "../storage.js";
import type { Workspace } from "../workspace.js";
import { planBilinear } from "./bilinear.js";
import { planActivation, planBinary, planPrelu } from "./elementwise.js";
import { planConcat, planNearest, planPad, planSlice } from "./moves.js";
import { planGroupNorm, planLayerNorm } from "./normalizations.js";
import { planPool } from "./pool.js";
import { planChannelShuffle, planPixelShuffle, planReshape } from "./rearrange.js";
import { planSoftmax } from "./softmax.js";

/** A plan with its addresses to free, and its part of the workspace to release. */
export interface PlannedOperation {
  readonly plan: OperationPlan;
  readonly addresses: readonly number[];
}

/**
 * Plans an operation and makes the workspace large enough for it.
 *
 * @throws ConveneError `ERR_OUT_OF_MEMORY`, after everything that was taken has been given back
 */
export function planOperation(
  place: Workplace,
  workspace: Workspace,
  problem: OperationProblem,
  parameters: OperationParameters,
): PlannedOperation {
  const { arena, addresses } = place.arena.scope();
  try {
    const plan = planIn({ ...place, arena }, problem, parameters);
    workspace.reserve(plan.workspace);
    return { plan, addresses: [...addresses] };
  } catch (error) {
    for (const address of addresses) place.arena.free(address);
    throw error;
  }
}

function planIn(place: Workplace, problem: OperationProblem, { slope }: OperationParameters): OperationPlan {
  switch (problem.kind) {
    case "activation":
      return planActivation(place, problem);
    case "prelu":
      return planPrelu(place, problem, slope!);
    case "maxPool2d":
    case "avgPool2d":
      return planPool(place, problem);
    case "add":
    case "multiply":
      return planBinary(place, problem);
    case "concat":
      return planConcat(place, problem);
    case "slice":
      return planSlice(place, problem);
    case "channelShuffle":
      return planChannelShuffle(place, problem);
    case "pad":
      return planPad(place, problem);
    case "upsample":
      return problem.mode === "nearest" ? planNearest(place, problem) : planBilinear(place, problem);
    case "softmax":
      return planSoftmax(place, problem);
    case "groupNorm":
      return planGroupNorm(place, problem);
    case "layerNorm":
      return planLayerNorm(place, problem);
    case "pixelShuffle":
      return planPixelShuffle(place, problem);
    case "reshape":
      return planReshape(place, problem);
  }
}

/** The address that a step of an operation reads from. */
export function inputOf({ input = 0 }: Step, inputs: readonly Storage[], shared: number): number {
  return input === "shared" ? shared : inputs[input]!.data;
}

/** The address that a step of an operation writes to. */
export function outputOf({ output }: Step, storage: Storage, shared: number): number {
  return output === "shared" ? shared : storage.data;
}

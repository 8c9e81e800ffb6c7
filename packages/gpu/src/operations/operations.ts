/** Kernels of all operations beside convolution. */

import {
  type OperationKind,
  type OperationParameters,
  type OperationProblem,
  operationInputShapes,
  operationOutputShape,
} from "@convene/core";
import type { Engine } from "../engines/engine.js";
import { nc4hw4Of } from "../nc4hw4.js";
import { activation } from "./activation.js";
import { binary } from "./binary.js";
import { channelShuffle } from "./channel-shuffle.js";
import { concat } from "./concat.js";
import { groupNorm, layerNorm } from "./normalizations.js";
import { pad } from "./pad.js";
import { pixelShuffle } from "./pixel-shuffle.js";
import { pool2d } from "./pool2d.js";
import { prelu } from "./prelu.js";
import { reshape } from "./reshape.js";
import { slice } from "./slice.js";
import { softmax } from "./softmax.js";
import type { OperationKernels, Steps } from "./steps.js";
import { upsample } from "./upsample.js";

const KERNELS: { readonly [K in OperationKind]: OperationKernels<Extract<OperationProblem, { kind: K }>> } = {
  activation,
  prelu,
  maxPool2d: pool2d,
  avgPool2d: pool2d,
  add: binary,
  multiply: binary,
  concat,
  slice,
  channelShuffle,
  pad,
  upsample,
  softmax,
  groupNorm,
  layerNorm,
  pixelShuffle,
  reshape,
};

/** The entry of the problem's kind. */
function kernelsOf(problem: OperationProblem): OperationKernels<OperationProblem> {
  // A cast: each entry of the table takes problems of its own kind, but the compiler cannot check this for a kind that it does not know.
  return KERNELS[problem.kind] as unknown as OperationKernels<OperationProblem>;
}

export function operationSteps(problem: OperationProblem, mostInputs: number): Steps {
  return kernelsOf(problem).steps(problem, mostInputs);
}

/** The numbers of the operation's table, if it has one. */
export function packTable(
  problem: OperationProblem,
  parameters: OperationParameters,
): Float32Array<ArrayBuffer> | undefined {
  return kernelsOf(problem).pack?.(problem, parameters);
}

/** Places on an axis are float32 numbers, with four lanes for each column. Up to this size all sums of them are exact. */
const MOST_PLACES = 2 ** 21;

/** The reason why an engine cannot run an operation; undefined where it can. */
export function operationRefusal(
  engine: Pick<Engine<unknown>, "mostInputs" | "refuse" | "refuseOutput">,
  problem: OperationProblem,
): string | undefined {
  const reason = kernelsOf(problem).refuse?.(problem);
  if (reason !== undefined) return reason;
  const inputs = operationInputShapes(problem);
  const output = operationOutputShape(problem);
  const long = [...inputs, output].find((shape) => shape.slice(1).some((size) => size > MOST_PLACES));
  if (long) {
    return `a tensor of ${long.join(" x ")} has an axis of more than ${MOST_PLACES}: shading languages count its places in float32`;
  }
  const { table, steps } = operationSteps(problem, engine.mostInputs);
  const reasons = [
    ...inputs.map((shape, index) => [nameOf(index, inputs.length, shape), engine.refuse(nc4hw4Of(shape))] as const),
    ["the operation's table", table && engine.refuse(table)] as const,
    ...steps
      .slice(0, -1)
      .map(
        (step) =>
          ["a value between two kernels", engine.refuse(step.output) ?? engine.refuseOutput(step.output)] as const,
      ),
    [
      `the output (${output.join(" x ")})`,
      engine.refuse(nc4hw4Of(output)) ?? engine.refuseOutput(nc4hw4Of(output)),
    ] as const,
  ];
  const found = reasons.find(([, why]) => why !== undefined);
  return found && `${found[0]} ${found[1]}`;
}

function nameOf(index: number, count: number, shape: readonly number[]): string {
  return `${count === 1 ? "the input" : `input ${index}`} (${shape.join(" x ")})`;
}

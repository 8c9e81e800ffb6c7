/** Multiplications in their order: the n-th multiplication, and the number of a multiplication. Pure. */

import type { Conv2dProblem } from "@convene/core";
import { tapCount } from "./taps.js";

/** One multiplication. */
export interface Multiplication {
  readonly stage: number;
  /** `[channel, row, column]` of its output. */
  readonly output: readonly number[];
  /** The number of the product within its output, from 0. */
  readonly tap: number;
}

function outputs({ oc, oh, ow }: Conv2dProblem): number {
  return oc * oh * ow;
}

export function totalSteps(stages: readonly Conv2dProblem[]): number {
  return stages.reduce((sum, p) => sum + outputs(p) * tapCount(p), 0);
}

/** The multiplication number `step`, from 1 to `totalSteps`. */
export function multiplicationAt(stages: readonly Conv2dProblem[], step: number): Multiplication {
  let left = step - 1;
  for (const [stage, p] of stages.entries()) {
    const all = outputs(p) * tapCount(p);
    if (left >= all) {
      left -= all;
      continue;
    }
    const at = Math.floor(left / tapCount(p));
    const plane = p.oh * p.ow;
    return {
      stage,
      output: [Math.floor(at / plane), Math.floor(at / p.ow) % p.oh, at % p.ow],
      tap: left % tapCount(p),
    };
  }
  throw new RangeError(`step (${step}) must be from 1 to ${totalSteps(stages)}`);
}

/** The number of finished outputs of a stage after `step` multiplications. */
export function wholeOutputs(stages: readonly Conv2dProblem[], stage: number, step: number): number {
  const before = totalSteps(stages.slice(0, stage));
  const p = stages[stage]!;
  return Math.min(outputs(p), Math.max(0, Math.floor((step - before) / tapCount(p))));
}

/** The step after which the output is finished. */
export function stepOf(stages: readonly Conv2dProblem[], stage: number, [c, y, x]: readonly number[]): number {
  const p = stages[stage]!;
  const at = (c! * p.oh + y!) * p.ow + x!;
  return totalSteps(stages.slice(0, stage)) + (at + 1) * tapCount(p);
}

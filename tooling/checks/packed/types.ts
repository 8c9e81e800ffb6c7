/** Types that a user of the published packages may name. `packed.ts` compiles this text as .mts and as .cts. */

import {
  type Backend,
  Conv2d,
  type Conv2dProblem,
  ConveneError,
  type Model,
  parseProblem,
  prepare,
  type Tensor,
} from "@convene/core";
import { cpu } from "@convene/cpu";
import { checkExact, type Verdict } from "@convene/conformance";

export async function run(x: Tensor): Promise<Verdict> {
  const backend: Backend = await cpu({ kernels: "js" });
  const model: Model = await prepare(backend, new Conv2d({ inChannels: 3, outChannels: 8, kernelSize: 3 }), x.shape);
  const y: Tensor = await model.run(x);
  return checkExact(y.data, y.data);
}

export const problem: Conv2dProblem = parseProblem("ic3_ih7_oc128_kh3");

export function isDisposed(error: unknown): boolean {
  return error instanceof ConveneError && error.code === "ERR_DISPOSED";
}

// @ts-expect-error: a misspelt option is a compile error, so the options were not lost on the way.
export const misspelt = new Conv2d({ inChannels: 3, outChannels: 8, kernelSize: 3, group: 3 });

/** One problem on one backend, from host operands to a host result. */

import {
  type Arithmetic,
  type Backend,
  type Conv2dProblem,
  type DeviceTensor,
  inputShape,
  type Layout,
  outputShape,
  type PrepareOptions,
  tensor,
  toLayout,
} from "@convene/core";
import type { Operands } from "./operands.js";

/** Options of `runProblem`. */
export interface RunProblemOptions extends PrepareOptions {
  /** The layout of uploads and reads. Default: `"nchw"`. */
  readonly layout?: Layout;
  /** Fills every element of the output before the run, so that an element that is never written shows. Default NaN. */
  readonly poison?: number;
  /** A function that is awaited between the uploads and the run. */
  readonly beforeRun?: () => Promise<void>;
  /** A function that is awaited between the run and the read. */
  readonly beforeRead?: () => Promise<void>;
}

/** The result of one run of a convolution. */
export interface RunProblemResult {
  /** The output, in NCHW, for any `layout`. */
  readonly output: Float32Array;
  readonly algorithm: string;
  /** The plan's arithmetic, which decides the rule for its results. */
  readonly arithmetic: Arithmetic;
  /** Whether the implementation's `run` returned a promise. Core does not wait for such a promise. */
  readonly returnedPromise: boolean;
}

/** The key of core's property of a plan that says whether `run` returned a promise. All copies of core use this key. */
const RUN_RETURNED_PROMISE = Symbol.for("convene: run returned a promise");

/**
 * Runs `problem` once, into an output that was filled with `poison`. All tensors and the plan are disposed, also after an error.
 *
 * @throws ConveneError of the backend: `ERR_UNSUPPORTED`, `ERR_OUT_OF_MEMORY` or `ERR_EXECUTION`; `ERR_INVALID_OPTION` or `ERR_SHAPE` where
 * `problem` or `operands` are not valid
 */
export async function runProblem(
  backend: Backend,
  problem: Conv2dProblem,
  operands: Operands,
  options: RunProblemOptions = {},
): Promise<RunProblemResult> {
  const { layout = "nchw", accuracy = "fast", poison = NaN, beforeRun, beforeRead } = options;
  const { weight, bias } = operands;
  const disposables: { dispose(): void }[] = [];
  const keep = <T extends { dispose(): void }>(value: T): T => {
    disposables.push(value);
    return value;
  };
  const upload = (data: Float32Array, shape: readonly [number, number, number, number]): DeviceTensor =>
    keep(backend.upload(toLayout(tensor(data, shape), layout)));
  try {
    const plan = keep(await backend.prepareConv2d(problem, { weight, bias }, { accuracy }));
    const shape = outputShape(problem);
    const input = upload(operands.input, inputShape(problem));
    const residual = operands.residual && upload(operands.residual, shape);
    const output = upload(new Float32Array(shape[0] * shape[1] * shape[2] * shape[3]).fill(poison), shape);
    await beforeRun?.();
    plan.run(input, output, residual);
    await beforeRead?.();
    const result = await backend.read(output, { layout });
    return {
      output: toLayout(result, "nchw").data,
      algorithm: plan.algorithm,
      arithmetic: plan.arithmetic,
      returnedPromise: Reflect.get(plan, RUN_RETURNED_PROMISE) === true,
    };
  } finally {
    for (const each of disposables) each.dispose();
  }
}

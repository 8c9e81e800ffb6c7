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
  /** The layout in which tensors are handed to the backend and asked from it. Default `"nchw"`. */
  readonly layout?: Layout;
  /** What the output is filled with before the run, so that an element that is never written shows. Default NaN. */
  readonly poison?: number;
  /** Awaited between the run and the read. */
  readonly beforeRead?: () => Promise<void>;
}

/** What one run of a convolution gave. */
export interface RunProblemResult {
  /** NCHW, whatever layout was asked for. */
  readonly output: Float32Array;
  readonly algorithm: string;
  /** What the plan says of its arithmetic: which rule holds its results. */
  readonly arithmetic: Arithmetic;
  /** Whether the implementation's `run` has given a promise, which core does not wait for. */
  readonly returnedPromise: boolean;
}

/** What core keeps of it on a plan, by the name that all copies of core have for it. */
const RUN_RETURNED_PROMISE = Symbol.for("convene: run returned a promise");

/**
 * Runs `problem` once, into an output that was filled with `poison`.
 * Everything is disposed, also when something throws.
 */
export async function runProblem(
  backend: Backend,
  problem: Conv2dProblem,
  operands: Operands,
  options: RunProblemOptions = {},
): Promise<RunProblemResult> {
  const { layout = "nchw", accuracy = "fast", poison = NaN, beforeRead } = options;
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

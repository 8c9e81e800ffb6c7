/** One operation on one backend, from host operands to a host result. */

import {
  type Backend,
  type DeviceTensor,
  type Layout,
  operationInputShapes,
  operationOutputShape,
  type OperationProblem,
  type Shape4,
  tensor,
  toLayout,
} from "@convene/core";
import { copyOperationOperands, type OperationOperands } from "./operation-operands.js";

/** Options of `runOperation`. */
export interface RunOperationOptions {
  /** The layout of uploads and reads. Default: `"nchw"`. */
  readonly layout?: Layout;
  /** Fills every element of the output before the run, so that an element that is never written shows. Default NaN. */
  readonly poison?: number;
  /** A function that is awaited between the uploads and the run. */
  readonly beforeRun?: () => Promise<void>;
  /** A function that is awaited between the run and the read. */
  readonly beforeRead?: () => Promise<void>;
}

/** The result of one run of an operation. */
export interface RunOperationResult {
  /** The output, in NCHW, for any `layout`. */
  readonly output: Float32Array;
  readonly algorithm: string;
}

/**
 * Runs `problem` once. All tensors and the plan are disposed, also after an error.
 *
 * @throws ConveneError of the backend: `ERR_UNSUPPORTED`, `ERR_OUT_OF_MEMORY` or `ERR_EXECUTION`; `ERR_INVALID_OPTION` or `ERR_SHAPE` where
 * `problem` or `operands` are not valid
 */
export async function runOperation(
  backend: Backend,
  problem: OperationProblem,
  operands: OperationOperands,
  { layout = "nchw", poison = NaN, beforeRun, beforeRead }: RunOperationOptions = {},
): Promise<RunOperationResult> {
  // A backend gets a copy, because it may write to its operands.
  const { inputs, slope } = copyOperationOperands(operands);
  const disposables: { dispose(): void }[] = [];
  const keep = <T extends { dispose(): void }>(value: T): T => {
    disposables.push(value);
    return value;
  };
  const upload = (data: Float32Array, shape: Shape4): DeviceTensor =>
    keep(backend.upload(toLayout(tensor(data, shape), layout)));
  try {
    const plan = keep(await backend.prepareOperation(problem, slope ? { slope } : {}));
    const [n, c, h, w] = operationOutputShape(problem);
    const shapes = operationInputShapes(problem);
    const tensors = inputs.map((data, index) => upload(data, shapes[index]!));
    const output = upload(new Float32Array(n * c * h * w).fill(poison), [n, c, h, w]);
    await beforeRun?.();
    plan.run(tensors, output);
    await beforeRead?.();
    const result = await backend.read(output, { layout });
    return { output: toLayout(result, "nchw").data, algorithm: plan.algorithm };
  } finally {
    for (const each of disposables) each.dispose();
  }
}

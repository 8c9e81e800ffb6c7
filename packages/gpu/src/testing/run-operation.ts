/** Runs an operation for tests, on gpu.js's JavaScript unless another backend is given. */

import {
  type Backend,
  operationInputShapes,
  operationOutputShape,
  type OperationParameters,
  type OperationProblem,
  parseOperation,
  tensor,
} from "@convene/core";
import { defineBackend, OPERATION_KINDS } from "@convene/core/backend";
import { gpuImplementation } from "../backend.js";
import { openHost } from "../engines/host.js";

/**
 * A backend in JavaScript that has every operation.
 *
 * @param mostInputs how many tensors a kernel may read
 * @param onRead called with the texels that are read
 * @param compiler changes the text of a kernel, as the compiler of a device may do
 */
export function javaScriptBackend(
  mostInputs = Infinity,
  onRead: (texels: Float32Array) => void = () => undefined,
  compiler: (source: string) => string = (source) => source,
): Backend {
  const features = { nonFinite: true, subnormals: true, operations: OPERATION_KINDS } as const;
  const host = openHost("cpu");
  const read: typeof host.read = async (handle, planes) => {
    const texels = await host.read(handle, planes);
    onRead(texels.slice());
    return texels;
  };
  const compile: typeof host.compile = (source, ...rest) => host.compile(compiler(source), ...rest);
  return defineBackend(gpuImplementation({ ...host, mostInputs, read, compile }, features));
}

/** A function that gives the number of an element, from the element's index in NCHW and the input's index. */
export type Fill = (element: number, input: number) => number;

/** Gives every element another number, so that a test sees which element was moved where. */
export const DISTINCT: Fill = (element, input) => 1000 * (input + 1) + element;

/** The output of an operation in NCHW, and the plan's name. */
export async function runOperation(
  text: string,
  {
    backend,
    fill = DISTINCT,
    parameters = {},
  }: { backend?: Backend; fill?: Fill; parameters?: OperationParameters } = {},
): Promise<{ readonly data: readonly number[]; readonly algorithm: string; readonly problem: OperationProblem }> {
  const problem = parseOperation(text);
  const on = backend ?? javaScriptBackend();
  const plan = await on.prepareOperation(problem, parameters);
  const inputs = operationInputShapes(problem).map((shape, index) => {
    const count = shape.reduce((a, b) => a * b);
    return on.upload(
      tensor(
        Float32Array.from({ length: count }, (_, element) => fill(element, index)),
        shape,
      ),
    );
  });
  const output = on.allocate(operationOutputShape(problem));
  plan.run(inputs, output);
  const { data } = await on.read(output);
  for (const each of [plan, output, ...inputs]) each.dispose();
  if (!backend) await on.dispose();
  return { data: [...data], algorithm: plan.algorithm, problem };
}

/** The results of `at` for every place of the operation's output, in NCHW. */
export function eachPlace(
  problem: OperationProblem,
  at: (n: number, c: number, y: number, x: number) => number,
): readonly number[] {
  const [n, c, h, w] = operationOutputShape(problem);
  const places: number[] = [];
  for (let image = 0; image < n; image++) {
    for (let channel = 0; channel < c; channel++) {
      for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) places.push(at(image, channel, y, x));
    }
  }
  return places;
}

/** The index in NCHW of an element of an input. */
export function indexIn(
  problem: OperationProblem,
  input: number,
): (n: number, c: number, y: number, x: number) => number {
  const [, channels, h, w] = operationInputShapes(problem)[input]!;
  return (n, c, y, x) => ((n * channels + c) * h + y) * w + x;
}

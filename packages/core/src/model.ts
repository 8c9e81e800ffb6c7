/** `Model`: a prepared network as its user holds it: what it consists of, and how its layers run in order. */

import type { Arithmetic, Backend, Conv2dPlan, DeviceTensor, PrepareOptions } from "./backend.js";
import { checkKeys } from "./check.js";
import { type Cost, problemCost } from "./cost.js";
import { disposable } from "./dispose-symbols.js";
import { ConveneError, show } from "./errors.js";
import type { ResolvedLayer } from "./network.js";
import type { Conv2dProblem } from "./problem.js";
import { asBatchedAs, checkShape3or4, sameShape, type Shape, type Shape4 } from "./shape.js";
import { checkInto, checkTensor, type Tensor } from "./tensor.js";

/** One layer of a prepared model. */
export interface ModelLayer {
  readonly name: string;
  readonly problem: Conv2dProblem;
  /** What runs it. */
  readonly algorithm: string;
  /** Whether `algorithm` transforms its operands; never where the model was prepared with `accuracy: "strict"`. */
  readonly arithmetic: Arithmetic;
  readonly cost: Cost;
  /** What the latest run took, where the model was prepared with `profile`. */
  readonly milliseconds: number | undefined;
}

/** A network prepared on a backend for one input shape; `Model<Shape3>` is for tensors without a batch axis. */
export interface Model<S extends Shape = Shape4> {
  readonly inputShape: S;
  readonly outputShape: S;
  readonly layers: readonly ModelLayer[];
  /**
   * Runs the network. The answer has the layout of `x`, or that of `options.into`. Calls may overlap; each gives its own input's
   * result.
   *
   * @throws ConveneError `ERR_SHAPE` if `x` is not of `inputShape`, or `into` not of `outputShape`; `ERR_DISPOSED`;
   * `ERR_EXECUTION`
   */
  run(x: Tensor<S>, options?: RunOptions<S>): Promise<Tensor<S>>;
  dispose(): void;
  [Symbol.dispose](): void;
}

export interface RunOptions<S extends Shape = Shape4> {
  /**
   * A host tensor of `outputShape`, whose data are overwritten; it is also what the promise resolves to. It may be `x`, which is
   * copied at once. Runs in flight at the same time need one each: see `ReadOptions`.
   */
  readonly into?: Tensor<S>;
}

export interface ModelOptions extends PrepareOptions {
  /** Time each layer: the model then waits for the backend after each. Default false. */
  readonly profile?: boolean;
}

/** What a model is made of: all that `prepare` has prepared and reserved. */
export interface ModelParts<S extends Shape> {
  readonly backend: Backend;
  readonly layers: readonly ResolvedLayer[];
  /** One for each layer. */
  readonly plans: readonly Conv2dPlan[];
  /** The network's input, then each layer's output. */
  readonly tensors: readonly DeviceTensor[];
  readonly inputShape: S;
  readonly profile: boolean;
  /** Gives plans and tensors back; called once. */
  readonly release: () => void;
}

/** A model over what has been prepared for it. */
export function createModel<S extends Shape>({
  backend,
  layers,
  plans,
  tensors,
  inputShape,
  profile,
  release,
}: ModelParts<S>): Model<S> {
  const times: number[] = [];
  const input = tensors[0]!;
  const output = tensors.at(-1)!;
  // Value i is layer i's output, and value -1 the network's input, which is the first tensor.
  const tensorOf = (value: number): DeviceTensor => tensors[value + 1]!;
  const calls = plans.map((plan, index) => {
    const { input: read, residual: added } = layers[index]!;
    const [from, to] = [tensorOf(read), tensorOf(index)];
    const residual = added === undefined ? undefined : tensorOf(added);
    return () => plan.run(from, to, residual);
  });
  let disposed = false;
  let previous: Promise<unknown> = Promise.resolve();

  const outputShape = asBatchedAs(inputShape, output.shape);
  /** As the caller has them now, on the device's shapes: it may change the objects, though not what is in the arrays. */
  interface Call {
    readonly x: Tensor;
    readonly into: Tensor | undefined;
    /** What is answered with, where there is an `into`. */
    readonly given: Tensor<S> | undefined;
  }
  const check = (x: Tensor<S>, given: Tensor<S> | undefined): Call => {
    if (disposed) throw new ConveneError("ERR_DISPOSED", "this model has been disposed");
    const own = checkTensor(x, "input", checkShape3or4);
    if (!sameShape(own.shape, inputShape)) {
      throw new ConveneError(
        "ERR_SHAPE",
        `input has shape ${show(own.shape)}; this model was prepared for ${show(inputShape)}`,
      );
    }
    const into = given && { ...checkInto(given, outputShape), shape: output.shape };
    return { x: { ...own, shape: input.shape }, into, given };
  };
  const read = async ({ x, into, given }: Call): Promise<Tensor<S>> => {
    const { layout, data } = await backend.read(output, into === undefined ? { layout: x.layout } : { into });
    return given ?? { shape: outputShape, layout, data };
  };
  /** No await between upload and read: the backend's program order keeps overlapping calls apart. */
  const runAll = (call: Call): Promise<Tensor<S>> => {
    backend.upload(call.x, input);
    for (const run of calls) run();
    return read(call);
  };
  const runProfiled = async (call: Call): Promise<Tensor<S>> => {
    if (disposed) throw new ConveneError("ERR_DISPOSED", "this model has been disposed");
    backend.upload(call.x, input);
    await backend.sync();
    for (const [index, run] of calls.entries()) {
      const start = performance.now();
      run();
      await backend.sync();
      times[index] = performance.now() - start;
    }
    return read(call);
  };

  return disposable<Model<S>>({
    inputShape,
    outputShape,
    layers: plans.map(({ problem, algorithm, arithmetic }, index) => ({
      name: layers[index]!.name,
      problem,
      algorithm,
      arithmetic,
      cost: problemCost(problem),
      get milliseconds() {
        return times[index];
      },
    })),
    async run(x: Tensor<S>, options: RunOptions<S> = {}) {
      const call = check(x, checkKeys("run options", options, ["into"]).into);
      if (!profile) return runAll(call);
      // Profiled runs wait between layers, so they must not overlap; the caller may reuse `x` while its turn comes.
      const own = { ...call, x: { ...call.x, data: call.x.data.slice() } };
      const mine = previous.then(() => runProfiled(own));
      previous = mine.catch(() => undefined);
      return mine;
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      release();
    },
  });
}

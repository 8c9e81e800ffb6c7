/** `Model`: a prepared network as its user holds it: what it consists of, and how its layers run in order. */

import type { Arithmetic, Backend, Conv2dPlan, DeviceTensor, PrepareOptions } from "./backend.js";
import { checkKeys } from "./check.js";
import { type Cost, problemCost } from "./cost.js";
import { disposable } from "./dispose-symbols.js";
import { ConveneError, show } from "./errors.js";
import type { ResolvedLayer } from "./network.js";
import type { Conv2dProblem } from "./problem.js";
import { checkInto, checkTensor, sameShape, type Shape4, type Tensor } from "./tensor.js";

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

/** A network prepared on a backend for one input shape. */
export interface Model {
  readonly inputShape: Shape4;
  readonly outputShape: Shape4;
  readonly layers: readonly ModelLayer[];
  /**
   * Runs the network. The answer has the layout of `x`, or that of `options.into`. Calls may overlap; each gives its own input's
   * result.
   *
   * @throws ConveneError `ERR_SHAPE` if `x` is not of `inputShape`, or `into` not of `outputShape`; `ERR_DISPOSED`;
   * `ERR_EXECUTION`
   */
  run(x: Tensor, options?: RunOptions): Promise<Tensor>;
  dispose(): void;
  [Symbol.dispose](): void;
}

export interface RunOptions {
  /**
   * A host tensor of `outputShape`, whose data are overwritten; it is also what the promise resolves to. It may be `x`, which is
   * copied at once. Runs in flight at the same time need one each: see `ReadOptions`.
   */
  readonly into?: Tensor;
}

export interface ModelOptions extends PrepareOptions {
  /** Time each layer: the model then waits for the backend after each. Default false. */
  readonly profile?: boolean;
}

/** What a model is made of: all that `prepare` has prepared and reserved. */
export interface ModelParts {
  readonly backend: Backend;
  readonly layers: readonly ResolvedLayer[];
  /** One for each layer. */
  readonly plans: readonly Conv2dPlan[];
  /** The network's input, then each layer's output. */
  readonly tensors: readonly DeviceTensor[];
  readonly inputShape: Shape4;
  readonly profile: boolean;
  /** Gives plans and tensors back; called once. */
  readonly release: () => void;
}

/** A model over what has been prepared for it. */
export function createModel({ backend, layers, plans, tensors, inputShape, profile, release }: ModelParts): Model {
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

  const check = (x: Tensor, into: Tensor | undefined): void => {
    if (disposed) throw new ConveneError("ERR_DISPOSED", "this model has been disposed");
    checkTensor(x, "input");
    if (!sameShape(x.shape, inputShape)) {
      throw new ConveneError(
        "ERR_SHAPE",
        `input has shape ${show(x.shape)}; this model was prepared for ${show(inputShape)}`,
      );
    }
    if (into !== undefined) checkInto(into, output.shape);
  };
  const read = (x: Tensor, into: Tensor | undefined): Promise<Tensor> =>
    backend.read(output, into === undefined ? { layout: x.layout } : { into });
  /** No await between upload and read: the backend's program order keeps overlapping calls apart. */
  const runAll = async (x: Tensor, into: Tensor | undefined): Promise<Tensor> => {
    backend.upload(x, input);
    for (const call of calls) call();
    return read(x, into);
  };
  const runProfiled = async (x: Tensor, into: Tensor | undefined): Promise<Tensor> => {
    check(x, into);
    backend.upload(x, input);
    await backend.sync();
    for (const [index, call] of calls.entries()) {
      const start = performance.now();
      call();
      await backend.sync();
      times[index] = performance.now() - start;
    }
    return read(x, into);
  };

  return disposable<Model>({
    inputShape,
    outputShape: output.shape,
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
    async run(x: Tensor, options: RunOptions = {}) {
      checkKeys("run options", options, ["into"]);
      const { into } = options;
      check(x, into);
      if (!profile) return runAll(x, into);
      // Profiled runs wait between layers, so they must not overlap; the caller may reuse `x` while its turn comes.
      const own = { shape: x.shape, layout: x.layout, data: x.data.slice() };
      const mine = previous.then(() => runProfiled(own, into));
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

/** `prepare`: from a layer or a network to a model that runs on one backend. */

import type { Arithmetic, Backend, Conv2dPlan, DeviceTensor, Lifetime, PrepareOptions } from "./backend.js";
import { checkBoolean, checkKeys } from "./check.js";
import { type Conv2d, isConv2d } from "./conv2d.js";
import { type Cost, problemCost } from "./cost.js";
import { checkPrepareOptions } from "./define-backend.js";
import { disposable } from "./dispose-symbols.js";
import { ConveneError, show } from "./errors.js";
import { network, type Network, type ResolvedLayer } from "./network.js";
import { type Conv2dProblem, outputShape } from "./problem.js";
import { checkShape, checkTensor, sameShape, type Shape4, type Tensor } from "./tensor.js";

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
   * Runs the network. The answer has the layout of `x`. Calls may overlap; each gives its own input's result.
   *
   * @throws ConveneError `ERR_SHAPE` if `x` is not of `inputShape`; `ERR_DISPOSED`; `ERR_EXECUTION`
   */
  run(x: Tensor): Promise<Tensor>;
  dispose(): void;
  [Symbol.dispose](): void;
}

export interface ModelOptions extends PrepareOptions {
  /** Time each layer: the model then waits for the backend after each. Default false. */
  readonly profile?: boolean;
}

/**
 * Validates, plans every layer, packs the weights and reserves the memory: all that can be done before data arrives.
 * Intermediate tensors share memory by liveness, so a chain of layers runs in the memory of its widest pair.
 *
 * @param layers a `Conv2d`, or a `network`
 * @param inputShape `[n, c, h, w]`
 * @throws ConveneError before any memory is taken if shapes do not fit; `ERR_OUT_OF_MEMORY` and `ERR_UNSUPPORTED` from
 * the backend, after everything that was prepared has been given back
 */
export async function prepare(
  backend: Backend,
  layers: Conv2d | Network,
  inputShape: Shape4,
  options: ModelOptions = {},
): Promise<Model> {
  checkKeys("prepare options", options, ["accuracy", "profile"]);
  const { profile = false, ...planOptions } = options;
  checkBoolean("profile", profile);
  const accuracy = checkPrepareOptions(planOptions);
  if (typeof backend?.prepareConv2d !== "function") {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `backend (${show(backend)}) must be a Backend; a factory's answer has to be awaited`,
    );
  }
  const net = isConv2d(layers) ? network(layers) : layers;
  if (typeof net?.problems !== "function") {
    throw new ConveneError("ERR_INVALID_OPTION", `layers (${show(layers)}) must be a Conv2d or a network(...)`);
  }
  const given = checkShape(inputShape, "input");
  const problems = net.problems(given);

  const plans: Conv2dPlan[] = [];
  let tensors: readonly DeviceTensor[] = [];
  const release = (): void => {
    for (const plan of plans) plan.dispose();
    for (const tensor of tensors) tensor.dispose();
  };
  try {
    for (const [index, problem] of problems.entries()) {
      plans.push(await backend.prepareConv2d(problem, net.layers[index]!.conv.weights, accuracy));
    }
    tensors = backend.allocateShared(lifetimes(net.layers, problems, given));
  } catch (error) {
    release();
    throw error;
  }
  return model(backend, net.layers, plans, tensors, given, profile, release);
}

/** The network's input, then each layer's output, in steps: step 0 is the upload, and layer i runs in step i + 1. */
function lifetimes(
  layers: readonly ResolvedLayer[],
  problems: readonly Conv2dProblem[],
  input: Shape4,
): readonly Lifetime[] {
  const lastUse = (value: number, born: number): number =>
    layers.reduce((latest, layer, index) => {
      return layer.input === value || layer.residual === value ? index + 1 : latest;
    }, born);
  return [
    { shape: input, from: 0, to: lastUse(-1, 0) },
    ...problems.map((problem, index) => ({
      shape: outputShape(problem),
      from: index + 1,
      to: index === problems.length - 1 ? problems.length + 1 : lastUse(index, index + 1),
    })),
  ];
}

function model(
  backend: Backend,
  layers: readonly ResolvedLayer[],
  plans: readonly Conv2dPlan[],
  tensors: readonly DeviceTensor[],
  inputShape: Shape4,
  profile: boolean,
  release: () => void,
): Model {
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

  const check = (x: Tensor): void => {
    if (disposed) throw new ConveneError("ERR_DISPOSED", "this model has been disposed");
    checkTensor(x, "input");
    if (!sameShape(x.shape, inputShape)) {
      throw new ConveneError(
        "ERR_SHAPE",
        `input has shape ${show(x.shape)}; this model was prepared for ${show(inputShape)}`,
      );
    }
  };
  /** No await between upload and read: the backend's program order keeps overlapping calls apart. */
  const runAll = async (x: Tensor): Promise<Tensor> => {
    backend.upload(x, input);
    for (const call of calls) call();
    return backend.read(output, { layout: x.layout });
  };
  const runProfiled = async (x: Tensor): Promise<Tensor> => {
    check(x);
    backend.upload(x, input);
    await backend.sync();
    for (const [index, call] of calls.entries()) {
      const start = performance.now();
      call();
      await backend.sync();
      times[index] = performance.now() - start;
    }
    return backend.read(output, { layout: x.layout });
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
    async run(x: Tensor) {
      check(x);
      if (!profile) return runAll(x);
      // Profiled runs wait between layers, so they must not overlap; the caller may reuse `x` while its turn comes.
      const own = { shape: x.shape, layout: x.layout, data: x.data.slice() };
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

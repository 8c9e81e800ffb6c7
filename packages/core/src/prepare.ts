/** `prepare`: from a layer or a network to a model that runs on one backend. */

import type { Backend, Conv2dPlan, DeviceTensor, Lifetime, PrepareOptions } from "./backend.js";
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
  /** What runs it. Layers of one fused plan share it. */
  readonly algorithm: string;
  readonly cost: Cost;
  /** The first and last layer of the fused plan that this layer is part of, if it is. */
  readonly fused: readonly [first: number, last: number] | undefined;
  /** What the latest run took, where the model was prepared with `profile`; a fused plan's is at its last layer. */
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

/** A plan and the layers that it covers, first to last. */
interface Step {
  readonly plan: Conv2dPlan;
  readonly first: number;
  readonly last: number;
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

  const steps: Step[] = [];
  let tensors: readonly DeviceTensor[] = [];
  const release = (): void => {
    for (const { plan } of steps) plan.dispose();
    for (const tensor of tensors) tensor.dispose();
  };
  try {
    for (let first = 0; first < problems.length;) {
      const step = await prepareStep(backend, net.layers, problems, first, accuracy);
      steps.push(step);
      first = step.last + 1;
    }
    tensors = backend.allocateShared(lifetimes(net.layers, problems, steps, given));
  } catch (error) {
    release();
    throw error;
  }
  return model(backend, net.layers, problems, steps, tensors, given, profile, release);
}

/**
 * How many layers a backend is offered as one plan. MobileNet V2's block, the longest that is known to gain from it, has
 * three; without a limit, preparing a chain of n layers would make n² offers.
 */
const MOST_FUSED = 4;

/** The longest fused plan that the backend has from `first` on, or a plan of that layer alone. */
async function prepareStep(
  backend: Backend,
  layers: readonly ResolvedLayer[],
  problems: readonly Conv2dProblem[],
  first: number,
  options: PrepareOptions,
): Promise<Step> {
  const stage = (index: number) => ({ problem: problems[index]!, weights: layers[index]!.conv.weights });
  for (let last = fusibleUntil(layers, first); last > first; last--) {
    const stages = Array.from({ length: last - first + 1 }, (_, offset) => stage(first + offset));
    const plan = await backend.prepareFused(stages, options);
    if (plan) return { plan, first, last };
  }
  const { problem, weights } = stage(first);
  return { plan: await backend.prepareConv2d(problem, weights, options), first, last: first };
}

/** The last layer of the longest run from `first` whose inner values nobody else reads and only whose end has a residual. */
function fusibleUntil(layers: readonly ResolvedLayer[], first: number): number {
  let last = first;
  while (
    last - first + 1 < MOST_FUSED &&
    last + 1 < layers.length &&
    layers[last]!.residual === undefined &&
    layers[last + 1]!.input === last
  ) {
    const inner = last;
    if (layers.some((layer, index) => (layer.input === inner && index !== inner + 1) || layer.residual === inner))
      break;
    last++;
  }
  return last;
}

/** The network's input, then each step's output, in steps: step 0 is the upload. */
function lifetimes(
  layers: readonly ResolvedLayer[],
  problems: readonly Conv2dProblem[],
  steps: readonly Step[],
  input: Shape4,
): readonly Lifetime[] {
  const lastUse = (value: number, born: number): number =>
    steps.reduce((latest, step, index) => {
      const reads = layers[step.first]!.input === value || layers[step.last]!.residual === value;
      return reads ? index + 1 : latest;
    }, born);
  return [
    { shape: input, from: 0, to: lastUse(-1, 0) },
    ...steps.map(({ last }, index) => ({
      shape: outputShape(problems[last]!),
      from: index + 1,
      to: index === steps.length - 1 ? steps.length + 1 : lastUse(last, index + 1),
    })),
  ];
}

function model(
  backend: Backend,
  layers: readonly ResolvedLayer[],
  problems: readonly Conv2dProblem[],
  steps: readonly Step[],
  tensors: readonly DeviceTensor[],
  inputShape: Shape4,
  profile: boolean,
  release: () => void,
): Model {
  const times = new Map<number, number>();
  const input = tensors[0]!;
  const output = tensors.at(-1)!;
  const outputs = new Map(steps.map(({ last }, index) => [last, tensors[index + 1]!]));
  const tensorOf = (value: number): DeviceTensor => (value < 0 ? input : outputs.get(value)!);
  const calls = steps.map(({ plan, first, last }) => {
    const from = tensorOf(layers[first]!.input);
    const to = tensorOf(last);
    const residual = layers[last]!.residual === undefined ? undefined : tensorOf(layers[last]!.residual!);
    return { last, run: () => plan.run(from, to, residual) };
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
    for (const call of calls) call.run();
    return backend.read(output, { layout: x.layout });
  };
  const runProfiled = async (x: Tensor): Promise<Tensor> => {
    check(x);
    backend.upload(x, input);
    await backend.sync();
    for (const call of calls) {
      const start = performance.now();
      call.run();
      await backend.sync();
      times.set(call.last, performance.now() - start);
    }
    return backend.read(output, { layout: x.layout });
  };

  return disposable<Model>({
    inputShape,
    outputShape: output.shape,
    layers: problems.map((problem, index) => {
      const step = steps.find(({ first, last }) => first <= index && index <= last)!;
      return {
        name: layers[index]!.name,
        problem,
        algorithm: step.plan.algorithm,
        cost: problemCost(problem),
        fused: step.first === step.last ? undefined : ([step.first, step.last] as const),
        get milliseconds() {
          return times.get(index);
        },
      };
    }),
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

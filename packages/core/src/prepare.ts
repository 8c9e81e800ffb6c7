/** `prepare`: resolves the sizes of a layer or a network, plans each layer, and reserves the memory that a model runs in. */

import type { Backend, Conv2dPlan, DeviceTensor, Lifetime } from "./backend.js";
import { checkBoolean, checkKeys, readFrom } from "./check.js";
import { type Conv2d, isConv2d } from "./conv2d.js";
import { checkPrepareOptions } from "./define-backend.js";
import { ConveneError, show } from "./errors.js";
import { createModel, type Model, type ModelOptions } from "./model.js";
import { isNetwork, network, type Network, type ResolvedLayer } from "./network.js";
import { type Conv2dProblem, outputShape } from "./problem.js";
import { batched, checkShape3or4, type Shape, type Shape3, type Shape4 } from "./shape.js";

/**
 * Validates, plans every layer, packs the weights and reserves the memory: all that can be done before data arrives.
 * Intermediate tensors share memory by liveness, so a chain of layers runs in the memory of its widest pair.
 *
 * @param layers a `Conv2d`, or a `network`
 * @param inputShape `[n, c, h, w]`, or `[c, h, w]` for a model that takes and gives tensors without a batch axis
 * @throws ConveneError before any memory is taken if shapes do not fit; `ERR_OUT_OF_MEMORY` and `ERR_UNSUPPORTED` from
 * the backend, after everything that was prepared has been given back
 */
export function prepare(
  backend: Backend,
  layers: Conv2d | Network,
  inputShape: Shape4,
  options?: ModelOptions,
): Promise<Model>;
export function prepare(
  backend: Backend,
  layers: Conv2d | Network,
  inputShape: Shape3,
  options?: ModelOptions,
): Promise<Model<Shape3>>;
export function prepare(
  backend: Backend,
  layers: Conv2d | Network,
  inputShape: Shape,
  options?: ModelOptions,
): Promise<Model<Shape>>;
export async function prepare(
  backend: Backend,
  layers: Conv2d | Network,
  inputShape: Shape,
  options: ModelOptions = {},
): Promise<Model<Shape>> {
  const { profile = false, ...planOptions } = checkKeys("prepare options", options, ["accuracy", "profile"]);
  checkBoolean("profile", profile);
  const accuracy = checkPrepareOptions(planOptions);
  if (typeof readFrom("backend", () => backend?.prepareConv2d) !== "function") {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `backend (${show(backend)}) must be a Backend; a factory's answer has to be awaited`,
    );
  }
  const net = isConv2d(layers) ? network(layers) : layers;
  if (!isNetwork(net)) {
    throw new ConveneError("ERR_INVALID_OPTION", `layers (${show(layers)}) must be a Conv2d or a network(...)`);
  }
  const given = checkShape3or4(inputShape, "input");
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
    tensors = backend.allocateShared(lifetimes(net.layers, problems, batched(given)));
  } catch (error) {
    release();
    throw error;
  }
  return createModel({ backend, layers: net.layers, plans, tensors, inputShape: given, profile, release });
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

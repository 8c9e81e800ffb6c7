/** `prepare`: resolves the sizes of a layer or a network, plans each layer, and reserves the memory of a model. */

import type { Backend, Conv2dPlan, DeviceTensor, Lifetime, OperationPlan } from "./backend.js";
import { checkBoolean, checkKeys, readFrom } from "./check.js";
import { type Conv2d, isConv2d } from "./conv2d.js";
import { type ConvTranspose2d, isConvTranspose2d } from "./conv-transpose2d.js";
import { checkPrepareOptions } from "./define-backend.js";
import { ConveneError, show } from "./errors.js";
import { createModel, createNamedModel, type Model, type ModelOptions, type NamedModel } from "./model.js";
import {
  checkInputShapes,
  type InputShapes,
  isNamed,
  isNetwork,
  network,
  type Network,
  outputShapeOfProblem,
} from "./network.js";
import { isNetworkSource, type NetworkSource } from "./network-source.js";
import { isOperationProblem, type Problem } from "./operations/operation-problem.js";
import { isOperation, type Operation } from "./operations/operation.js";
import { batched, type Shape, type Shape3, type Shape4 } from "./shape.js";

/** A layer, a network, or a source that gives a network for the sizes of its inputs. */
export type Preparable = Conv2d | ConvTranspose2d | Operation | Network | NetworkSource;

/**
 * Validates the network, plans every layer, packs the weights and reserves the memory, so that a run allocates nothing. A model is for
 * one input shape: prepare another model for another shape. Values that are not needed at the same time share memory, so a chain of
 * layers needs the memory of its widest pair of neighbours.
 *
 * @param layers a `Conv2d` or another layer, a `network` or `graph`, or the result of `readOnnx`
 * @param inputShape `[n, c, h, w]`, or `[c, h, w]` for a model that takes and gives tensors without a batch axis; or shapes by name,
 * for a model whose inputs and outputs have names
 * @throws ConveneError before any memory is taken: `ERR_SHAPE` where shapes do not fit, `ERR_INVALID_OPTION`, `ERR_DISPOSED`, and
 * `ERR_UNSUPPORTED` naming all layers whose operations the backend does not have. Later, after everything that was prepared has been given
 * back: `ERR_UNSUPPORTED` for a problem that the backend does not take, `ERR_OUT_OF_MEMORY` and `ERR_EXECUTION`
 */
export function prepare(
  backend: Backend,
  layers: Preparable,
  inputShape: Shape4,
  options?: ModelOptions,
): Promise<Model>;
export function prepare(
  backend: Backend,
  layers: Preparable,
  inputShape: Shape3,
  options?: ModelOptions,
): Promise<Model<Shape3>>;
export function prepare(
  backend: Backend,
  layers: Preparable,
  inputShape: readonly number[],
  options?: ModelOptions,
): Promise<Model<Shape>>;
export function prepare(
  backend: Backend,
  layers: Preparable,
  inputShapes: Readonly<Record<string, readonly number[]>>,
  options?: ModelOptions,
): Promise<NamedModel>;
export async function prepare(
  backend: Backend,
  layers: Preparable,
  inputShape: InputShapes,
  options: ModelOptions = {},
): Promise<Model<Shape> | NamedModel> {
  const { profile = false, ...planOptions } = checkKeys("prepare options", options, ["accuracy", "profile"]);
  checkBoolean("profile", profile);
  const accuracy = checkPrepareOptions(planOptions);
  if (typeof readFrom("backend", () => backend?.prepareConv2d) !== "function") {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `backend (${show(backend)}) must be a Backend; a factory's answer has to be awaited`,
    );
  }
  const net = networkOf(layers, inputShape);
  const given = checkInputShapes(net.inputs, inputShape);
  if (!isNamed(inputShape) && net.outputs.length > 1) {
    const example = `{ ${net.inputs[0]!}: ${JSON.stringify(inputShape)} }`;
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `this network has ${net.outputs.length} outputs, which have names: give the input's shape by name too, ${example}`,
    );
  }
  const problems = net.problems(given);
  checkOperations(backend, net, problems);

  const plans: (Conv2dPlan | OperationPlan)[] = [];
  let tensors: readonly DeviceTensor[] = [];
  const release = (): void => {
    for (const plan of plans) plan.dispose();
    for (const tensor of tensors) tensor.dispose();
  };
  try {
    for (const [index, problem] of problems.entries()) {
      const layer = net.layers[index]!;
      plans.push(
        await (isOperationProblem(problem)
          ? backend.prepareOperation(problem, layer.kind === "operation" ? layer.operation.parameters : {})
          : backend.prepareConv2d(problem, layer.kind === "conv2d" ? layer.conv.weights : noWeights(), accuracy)),
      );
    }
    tensors = backend.allocateShared(lifetimes(net, problems, Object.values(given).map(batched)));
    const count = net.inputs.length;
    const tensorOf = (value: number): DeviceTensor => tensors[value < 0 ? -1 - value : count + value]!;
    const parts = {
      backend,
      layers: net.layers,
      outputs: net.outputs,
      plans,
      tensorOf,
      inputShapes: given,
      profile,
      release,
    };
    return isNamed(inputShape) ? createNamedModel(parts) : createModel(parts, given[net.inputs[0]!]!);
  } catch (error) {
    release();
    throw error;
  }
}

/** Never called: the problem of a layer has the layer's kind. */
function noWeights(): never {
  throw new Error("a convolution's problem came from an operation");
}

function networkOf(layers: Preparable, shapes: InputShapes): Network {
  if (isNetwork(layers)) return layers;
  if (isConv2d(layers) || isConvTranspose2d(layers) || isOperation(layers)) return network(layers);
  if (isNetworkSource(layers)) return layers.at(checkInputShapes(layers.inputs, shapes));
  throw new ConveneError("ERR_INVALID_OPTION", `layers (${show(layers)}) must be a Conv2d or a network(...)`);
}

/** Called before any work. One error names all layers whose operation the backend lacks. @throws ConveneError `ERR_UNSUPPORTED` */
function checkOperations(backend: Backend, net: Network, problems: readonly Problem[]): void {
  const { operations = [] } = backend.features;
  const missing = problems.flatMap((problem, index) =>
    isOperationProblem(problem) && !operations.includes(problem.kind)
      ? [`${net.layers[index]!.name} (${problem.kind})`]
      : [],
  );
  if (missing.length === 0) return;
  const has = operations.length === 0 ? "only convolution" : `convolution, ${operations.join(", ")}`;
  throw new ConveneError(
    "ERR_UNSUPPORTED",
    `${backend.name} does not have the operations of these layers: ${missing.join(", ")}; it has ${has}`,
  );
}

/**
 * The lifetimes of the network's inputs, then of each layer's output. Step 0 is the upload, layer i runs in step i + 1,
 * and the last step reads the outputs.
 */
function lifetimes(net: Network, problems: readonly Problem[], inputs: readonly Shape4[]): readonly Lifetime[] {
  const last = new Map<number, number>();
  for (const [index, layer] of net.layers.entries()) {
    const read = layer.kind === "operation" ? layer.inputs : [layer.input, layer.residual];
    for (const value of read) if (value !== undefined) last.set(value, index + 1);
  }
  for (const { value } of net.outputs) last.set(value, problems.length + 1);
  return [
    ...inputs.map((shape, index) => ({ shape, from: 0, to: last.get(-1 - index) ?? 0 })),
    ...problems.map((problem, index) => ({
      shape: outputShapeOfProblem(problem),
      from: index + 1,
      to: last.get(index) ?? index + 1,
    })),
  ];
}

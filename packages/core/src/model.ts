/** `Model` and `NamedModel`: a prepared network, whose layers run in order. */

import type { Arithmetic, Backend, Conv2dPlan, DeviceTensor, OperationPlan, PrepareOptions } from "./backend.js";
import { arrayType, checkKeys, readFrom } from "./check.js";
import { type Cost, problemCost } from "./cost.js";
import { disposable } from "./dispose-symbols.js";
import { ConveneError, show } from "./errors.js";
import type { ResolvedLayer, ResolvedOutput } from "./network.js";
import type { Problem } from "./operations/operation-problem.js";
import {
  asBatchedAs,
  checkShape3or4,
  elementCount,
  meantChannelsFirst,
  sameShape,
  type Shape,
  type Shape4,
} from "./shape.js";
import { checkInto, checkTensor, type Layout, type Tensor } from "./tensor.js";

/** One layer of a prepared model. */
export interface ModelLayer {
  readonly name: string;
  readonly problem: Problem;
  /** The algorithm that runs the layer, such as `"igemm-4x8"`. */
  readonly algorithm: string;
  /** Whether `algorithm` transforms its operands; never where the model was prepared with `accuracy: "strict"`. */
  readonly arithmetic: Arithmetic;
  readonly cost: Cost;
  /** Milliseconds of this layer in the latest run, where the model was prepared with `profile`. */
  readonly milliseconds: number | undefined;
}

/** A network prepared on a backend for one input shape; `Model<Shape3>` is for tensors without a batch axis. */
export interface Model<S extends Shape = Shape4> {
  readonly inputShape: S;
  readonly outputShape: S;
  readonly layers: readonly ModelLayer[];
  /**
   * Runs the network. The result has the layout of `x`, or of `options.into`. Calls may overlap; each gives the result
   * for its own input.
   *
   * @throws ConveneError `ERR_SHAPE` if `x` does not have `inputShape`, or `into` does not have `outputShape`;
   * `ERR_INVALID_OPTION`; `ERR_DISPOSED`; `ERR_OUT_OF_MEMORY`; `ERR_EXECUTION`
   */
  run(x: Tensor<S>, options?: RunOptions<S>): Promise<Tensor<S>>;
  dispose(): void;
  [Symbol.dispose](): void;
}

/** An output of a `NamedModel`: a tensor, and its dimensions as the network has them. */
export interface OutputTensor extends Tensor {
  /** Sizes in the order of `data`, such as `[1, 512, 16]`: integers whose product is the number of elements. */
  readonly dims: readonly number[];
}

/** A network prepared on a backend with its inputs and outputs by name. */
export interface NamedModel {
  readonly inputShapes: Readonly<Record<string, Shape4>>;
  readonly outputShapes: Readonly<Record<string, Shape4>>;
  readonly layers: readonly ModelLayer[];
  /**
   * Runs the network on a tensor for each input, in any layout. Calls may overlap.
   *
   * @returns a tensor for each output: in the layout that the network names for this output, otherwise in the layout of the first input
   * @throws ConveneError `ERR_SHAPE`; `ERR_INVALID_OPTION` for an input that is missing or unknown; `ERR_DISPOSED`; `ERR_OUT_OF_MEMORY`;
   * `ERR_EXECUTION`
   */
  run(inputs: Readonly<Record<string, Tensor<Shape>>>): Promise<Readonly<Record<string, OutputTensor>>>;
  dispose(): void;
  [Symbol.dispose](): void;
}

/** Options of `model.run`. */
export interface RunOptions<S extends Shape = Shape4> {
  /**
   * A host tensor of `outputShape`, whose data are overwritten; the promise resolves to this tensor. It may be `x`, because `x` is
   * copied at once. Runs in flight at the same time need a tensor each: see `ReadOptions`.
   */
  readonly into?: Tensor<S>;
}

/** Options of `prepare`: how plans may compute, and whether layers are timed. */
export interface ModelOptions extends PrepareOptions {
  /** Time each layer: the model then waits for the backend after each. Default false. */
  readonly profile?: boolean;
}

/** The parts of a model: the plans and the tensors that `prepare` has made. */
export interface ModelParts {
  readonly backend: Backend;
  readonly layers: readonly ResolvedLayer[];
  /** One for each layer. */
  readonly plans: readonly (Conv2dPlan | OperationPlan)[];
  /** Shapes by the inputs' names, in the network's order of inputs. */
  readonly inputShapes: Readonly<Record<string, Shape>>;
  readonly outputs: readonly ResolvedOutput[];
  /** The tensor that holds a value: an earlier layer's index, or −1−i for input i. */
  readonly tensorOf: (value: number) => DeviceTensor;
  readonly profile: boolean;
  /** Disposes plans and tensors; called once. */
  readonly release: () => void;
}

/** A call: its inputs, and a function that reads its result. */
interface Call<Answer> {
  readonly inputs: readonly Tensor[];
  read(): Promise<Answer>;
}

/** The code that both kinds of model share. */
function createRunner({ backend, layers, plans, tensorOf, inputShapes, profile, release }: ModelParts) {
  const times: number[] = [];
  const targets = Object.keys(inputShapes).map((_, index) => tensorOf(-1 - index));
  const calls = layers.map((layer, index) => {
    const to = tensorOf(index);
    if (layer.kind === "operation") {
      const plan = plans[index] as OperationPlan;
      const from = layer.inputs.map(tensorOf);
      return () => plan.run(from, to);
    }
    const plan = plans[index] as Conv2dPlan;
    const from = tensorOf(layer.input);
    const residual = layer.residual === undefined ? undefined : tensorOf(layer.residual);
    return () => plan.run(from, to, residual);
  });
  let disposed = false;
  let previous: Promise<unknown> = Promise.resolve();
  const checkAlive = (): void => {
    if (disposed) throw new ConveneError("ERR_DISPOSED", "this model has been disposed");
  };
  const upload = ({ inputs }: Call<unknown>): void => {
    for (const [index, tensor] of inputs.entries()) backend.upload(tensor, targets[index]);
  };
  const runProfiled = async <Answer>(call: Call<Answer>): Promise<Answer> => {
    checkAlive();
    upload(call);
    await backend.sync();
    for (const [index, run] of calls.entries()) {
      const start = performance.now();
      run();
      await backend.sync();
      times[index] = performance.now() - start;
    }
    return call.read();
  };
  return {
    checkAlive,
    layers: plans.map((plan, index): ModelLayer => {
      const { problem, algorithm } = plan;
      return {
        name: layers[index]!.name,
        problem,
        algorithm,
        arithmetic: "arithmetic" in plan ? plan.arithmetic : "direct",
        cost: problemCost(problem),
        get milliseconds() {
          return times[index];
        },
      };
    }),
    async run<Answer>(call: Call<Answer>): Promise<Answer> {
      if (!profile) {
        // No await between upload and read: the backend's program order keeps overlapping calls apart.
        upload(call);
        for (const run of calls) run();
        return call.read();
      }
      // Profiled runs wait between layers, so they must not overlap. A run that waits for its turn copies its inputs,
      // because the caller may change its arrays meanwhile.
      const own = { ...call, inputs: call.inputs.map((each) => ({ ...each, data: each.data.slice() })) };
      const mine = previous.then(() => runProfiled(own));
      previous = mine.catch(() => undefined);
      return mine;
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      release();
    },
  };
}

/** A copy of the input's object, over the same array: the caller may change the object while the run is queued. */
function checkInput(what: string, tensor: Tensor<Shape>, expected: Shape): Tensor {
  const own = checkTensor(tensor, what, checkShape3or4);
  if (!sameShape(own.shape, expected)) {
    const meant = meantChannelsFirst(own.shape, expected.at(-3)!);
    throw new ConveneError(
      "ERR_SHAPE",
      meant && sameShape(meant, expected)
        ? `${what} has shape ${show(own.shape)}; this model was prepared for ${show(expected)}. It looks like [n, h, w, c], and shapes are [n, c, h, w] in every layout: tensor(data, ${show(expected)}, { layout: "nhwc" }) for data with channels last`
        : `${what} has shape ${show(own.shape)}; this model was prepared for ${show(expected)}`,
    );
  }
  return own as Tensor;
}

/** A model of one input and one output, over its prepared parts. */
export function createModel<S extends Shape>(parts: ModelParts, inputShape: S): Model<S> {
  const { backend, tensorOf, outputs } = parts;
  const runner = createRunner(parts);
  const [input, output] = [tensorOf(-1), tensorOf(outputs[0]!.value)];
  const outputShape = asBatchedAs(inputShape, output.shape);
  return disposable<Model<S>>({
    inputShape,
    outputShape,
    layers: runner.layers,
    async run(x: Tensor<S>, options: RunOptions<S> = {}) {
      const { into: given } = checkKeys("run options", options, ["into"]);
      runner.checkAlive();
      const own = { ...checkInput("input", x, inputShape), shape: input.shape };
      const into = given && { ...checkInto(given, outputShape), shape: output.shape };
      return runner.run({
        inputs: [own],
        async read() {
          const answer = await backend.read(output, into === undefined ? { layout: own.layout } : { into });
          return given ?? { shape: outputShape, layout: answer.layout, data: answer.data };
        },
      });
    },
    dispose: runner.dispose,
  });
}

/** A model with names, over its prepared parts. */
export function createNamedModel(parts: ModelParts): NamedModel {
  const { backend, tensorOf, outputs, inputShapes } = parts;
  const runner = createRunner(parts);
  const names = Object.keys(inputShapes);
  const shapesOf = (entries: readonly (readonly [string, number])[]): Readonly<Record<string, Shape4>> =>
    Object.freeze(Object.fromEntries(entries.map(([name, value]) => [name, tensorOf(value).shape])));
  for (const { name, value, dims } of outputs) {
    const { shape } = tensorOf(value);
    if (dims === undefined || dims.reduce((product, each) => product * each, 1) === elementCount(shape)) continue;
    throw new ConveneError(
      "ERR_SHAPE",
      `output ${show(name)}: dims (${show(dims)}) must have the elements of ${show(shape)}`,
    );
  }
  return disposable<NamedModel>({
    inputShapes: shapesOf(names.map((name, index) => [name, -1 - index])),
    outputShapes: shapesOf(outputs.map(({ name, value }) => [name, value])),
    layers: runner.layers,
    async run(given: Readonly<Record<string, Tensor<Shape>>>) {
      if (!names.includes("data") && arrayType(readFrom("inputs", () => Object(given).data)) !== undefined) {
        throw new ConveneError(
          "ERR_INVALID_OPTION",
          `the inputs of this model have names, so a tensor alone is not enough: run({ ${show(names[0])}: tensor })`,
        );
      }
      const own = checkKeys("inputs", given, names);
      runner.checkAlive();
      const inputs = names.map((name, index) => {
        if (own[name] === undefined) {
          throw new ConveneError(
            "ERR_INVALID_OPTION",
            `the input ${show(name)} is missing; the inputs are ${names.map(show).join(", ")}`,
          );
        }
        return {
          ...checkInput(`input ${show(name)}`, own[name], inputShapes[name]!),
          shape: tensorOf(-1 - index).shape,
        };
      });
      return runner.run({
        inputs,
        async read() {
          const read = async ({ name, value, dims, layout = inputs[0]!.layout }: ResolvedOutput) => {
            const tensor = await backend.read(tensorOf(value), { layout });
            return [name, { ...tensor, dims: dims ?? inOrder(tensor.shape, layout) }] as const;
          };
          return Object.fromEntries(await Promise.all(outputs.map(read)));
        },
      });
    },
    dispose: runner.dispose,
  });
}

function inOrder([n, c, h, w]: Shape4, layout: Layout): readonly number[] {
  return layout === "nchw" ? [n, c, h, w] : [n, h, w, c];
}

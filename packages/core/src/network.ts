/**
 * A network: convolutions and other operations. Each reads earlier values and makes one value. `network` is the short form, in which a
 * layer reads the layer before it unless it says otherwise. `graph` names several inputs and outputs.
 */

import { checkInteger, checkKeys, checkList, checkObject, readFrom } from "./check.js";
import { type Activation, isClamp } from "./activation.js";
import { type Conv2d, isConv2d } from "./conv2d.js";
import { type ConvTranspose2d, isConvTranspose2d } from "./conv-transpose2d.js";
import { type Cost, problemCost, totalCost } from "./cost.js";
import { ConveneError, show } from "./errors.js";
import { activation } from "./operations/layers.js";
import { isOperation, type Operation } from "./operations/operation.js";
import { isOperationProblem, operationOutputShape, type Problem } from "./operations/operation-problem.js";
import { outputShape } from "./problem.js";
import { asBatchedAs, batched, checkSizes, sameShape, type Shape, type Shape3, type Shape4 } from "./shape.js";
import { checkLayout, type Layout } from "./tensor.js";

/** An earlier value: a layer's name or index, or a network input's name (`"input"`, unless a graph says otherwise). */
export type LayerRef = string | number;

/** One entry of a network: a convolution, or another operation. */
export interface NetworkLayer {
  readonly conv?: Conv2d | ConvTranspose2d;
  readonly op?: Operation;
  /** A name that later layers can refer to. */
  readonly name?: string;
  /** The value that the layer reads. Default: the output of the layer before this one. */
  readonly input?: LayerRef;
  /** The values that an operation of several inputs reads, in their order. */
  readonly inputs?: readonly LayerRef[];
  /** A value of a convolution's output shape, added before its activation. */
  readonly residual?: LayerRef;
}

/** An entry of a network: a layer by itself, which reads the layer before it, or a `NetworkLayer` with a name and inputs. */
export type NetworkEntry = Conv2d | ConvTranspose2d | Operation | NetworkLayer;

/** A convolution whose references are numbers: an earlier layer's index, or −1−i for the network's input i. */
export interface ResolvedConv2d {
  readonly kind: "conv2d";
  readonly conv: Conv2d;
  readonly name: string;
  /** The index of the layer that this one reads, or −1−i for the network's input i. */
  readonly input: number;
  /** The index of the layer that makes the residual, or −1−i; undefined where the convolution has no residual. */
  readonly residual: number | undefined;
}

/** An operation whose references are numbers, as in `ResolvedConv2d`. */
export interface ResolvedOperation {
  readonly kind: "operation";
  readonly operation: Operation;
  readonly name: string;
  /** For each input the index of the layer that makes it, or −1−i for the network's input i. */
  readonly inputs: readonly number[];
}

/** A layer of a network: a convolution, or another operation. */
export type ResolvedLayer = ResolvedConv2d | ResolvedOperation;

/** An output of a network. */
export interface ResolvedOutput {
  readonly name: string;
  /** The index of the layer that makes the output, or −1−i for the network's input i. */
  readonly value: number;
  /** The layout of the result; undefined for the layout of the first input. */
  readonly layout: Layout | undefined;
  /** The dimensions of the result; undefined for the sizes of its shape, in the layout's order. */
  readonly dims: readonly number[] | undefined;
}

/** Shapes of a network's inputs by name, each `[n, c, h, w]` or `[c, h, w]`; or the shape of its only input. Lengths are checked at run time. */
export type InputShapes = readonly number[] | Readonly<Record<string, readonly number[]>>;

/**
 * Layers whose references are resolved: the result of `network` and `graph`, and an argument of `prepare`. A network
 * has no shapes; `problems` finds them for the shapes of its inputs.
 */
export interface Network {
  /** Names of the inputs. */
  readonly inputs: readonly string[];
  /**
   * The layers in the order of computation. One entry can become several layers: two for a convolution whose activation is no clamp, up
   * to four for a transposed convolution.
   */
  readonly layers: readonly ResolvedLayer[];
  readonly outputs: readonly ResolvedOutput[];
  /**
   * Each layer's problem for inputs of these shapes.
   *
   * @throws ConveneError `ERR_SHAPE` naming the layer that does not fit; `ERR_INVALID_OPTION` for an unknown input
   */
  problems(inputShapes: InputShapes): readonly Problem[];
  /** The first output's shape, with a batch axis where the input shape has one. @throws ConveneError `ERR_SHAPE`, `ERR_INVALID_OPTION`, as `problems` */
  outputShape(inputShape: Shape4): Shape4;
  outputShape(inputShape: Shape3): Shape3;
  outputShape(inputShape: InputShapes): Shape;
  /** The sum over all layers, for one run. @throws ConveneError `ERR_SHAPE`, `ERR_INVALID_OPTION`, as `problems` */
  cost(inputShapes: InputShapes): Cost;
}

/**
 * A list of layers. Each reads the layer before it, unless its entry names another input. The output of the last layer is the network's
 * output. An array of layers counts as its layers: `network(layers)`, `network(stem, depthwiseSeparable(options), head)`.
 *
 * @example
 * network(
 *   { conv: expand, name: "expand" },
 *   depthwise,
 *   { conv: project, residual: "input" },   // MobileNet V2's inverted residual
 *   globalAvgPool2d(),
 * )
 * @throws ConveneError `ERR_INVALID_OPTION` for an empty list, a reference to a layer that does not come earlier, or a name used twice
 */
export function network(...entries: readonly (NetworkEntry | readonly NetworkEntry[])[]): Network {
  const flat: NetworkEntry[] = [];
  for (const each of entries) {
    if (readFrom("layers", () => Array.isArray(each))) {
      const list = each as readonly NetworkEntry[];
      flat.push(...checkList("layers", list, (layer, index) => checkObject(`layer ${flat.length + index}`, layer)));
    } else {
      flat.push(each as NetworkEntry);
    }
  }
  const { layers } = resolveLayers(flat, ["input"]);
  const output: ResolvedOutput = { name: "output", value: layers.length - 1, layout: undefined, dims: undefined };
  return makeNetwork(["input"], layers, [output]);
}

/** An output of a graph: a value, with the layout and the dimensions of the result. */
export interface GraphOutput {
  /** A layer's name or index, or an input's name. */
  readonly value: LayerRef;
  /** Default: the layout of the first input of the run. */
  readonly layout?: Layout;
  /**
   * Dimensions of the result if they differ from its shape, such as `[1, 512, 16]`: integers whose product is the
   * number of elements. The elements are in the order of the layout.
   */
  readonly dims?: readonly number[];
}

/** The inputs, layers and outputs of a graph. */
export interface GraphOptions {
  /** Names of the inputs. Default: `["input"]`. */
  readonly inputs?: readonly string[];
  readonly layers: readonly NetworkEntry[];
  /** The outputs by name: a value that becomes an output, or a `GraphOutput`. */
  readonly outputs: Readonly<Record<string, LayerRef | GraphOutput>>;
}

/**
 * A network of several inputs or outputs.
 *
 * @example
 * graph({
 *   inputs: ["image"],
 *   layers: [
 *     { conv: backbone, name: "features" },
 *     { conv: boxHead, name: "box head" },
 *     { conv: scoreHead, name: "score head", input: "features" },
 *   ],
 *   outputs: { boxes: "box head", scores: "score head" },
 * })
 * @throws ConveneError `ERR_INVALID_OPTION`, as `network`
 */
export function graph(options: GraphOptions): Network {
  const given = checkKeys("graph options", options, ["inputs", "layers", "outputs"]);
  const inputs = checkList("inputs", given.inputs === undefined ? ["input"] : given.inputs, (name, index) => {
    if (typeof name === "string" && name !== "") return name;
    throw new ConveneError("ERR_INVALID_OPTION", `inputs[${index}] (${show(name)}) must be a string that is not empty`);
  });
  const twice = inputs.find((name, index) => inputs.indexOf(name) !== index);
  if (twice !== undefined) throw new ConveneError("ERR_INVALID_OPTION", `the input's name ${show(twice)} is taken`);
  if (inputs.length === 0) throw new ConveneError("ERR_INVALID_OPTION", "a graph needs at least one input");
  const { layers, find } = resolveLayers(
    checkList("layers", given.layers, (each, index) => checkObject(`layer ${index}`, each)),
    inputs,
  );
  const outputs = readFrom("outputs", () => Object.entries(Object(given.outputs) as GraphOptions["outputs"]));
  if (outputs.length === 0) throw new ConveneError("ERR_INVALID_OPTION", "a graph needs at least one output");
  return makeNetwork(
    inputs,
    layers,
    outputs.map(([name, output]) => {
      const own =
        typeof output === "object"
          ? checkKeys(`output ${name}`, output, ["value", "layout", "dims"])
          : { value: output };
      const { value, layout, dims } = own as GraphOutput;
      return {
        name,
        value: find(value, `output ${show(name)}`, "value"),
        layout: layout === undefined ? undefined : checkLayout(layout),
        dims:
          dims === undefined
            ? undefined
            : Object.freeze(checkList("dims", dims, (each, axis) => checkInteger(`dims[${axis}]`, each, 0))),
      };
    }),
  );
}

function makeNetwork(
  inputs: readonly string[],
  layers: readonly ResolvedLayer[],
  outputs: readonly ResolvedOutput[],
): Network {
  const problems = (inputShapes: InputShapes): readonly Problem[] => {
    const shapes: Shape4[] = [];
    const given = Object.values(checkInputShapes(inputs, inputShapes)).map(batched);
    const shapeOf = (ref: number): Shape4 => (ref < 0 ? given[-1 - ref]! : shapes[ref]!);
    return layers.map((layer) => {
      try {
        const { problem, output } = pose(layer, shapeOf);
        shapes.push(output);
        return problem;
      } catch (error) {
        if (error instanceof ConveneError && layers.length > 1) {
          throw new ConveneError(error.code, `layer ${layer.name}: ${error.message}`, { cause: error });
        }
        throw error;
      }
    });
  };
  const outputShapeOf = (shapes: InputShapes): Shape => {
    const { value } = outputs[0]!;
    const given = checkInputShapes(inputs, shapes);
    const first = Object.values(given)[0]!;
    const posed = problems(shapes);
    return asBatchedAs(
      first,
      value < 0 ? batched(Object.values(given)[-1 - value]!) : outputShapeOfProblem(posed[value]!),
    );
  };
  const made: Network = {
    inputs: Object.freeze([...inputs]),
    layers: Object.freeze(layers),
    outputs: Object.freeze(outputs),
    problems,
    outputShape: outputShapeOf as Network["outputShape"],
    cost: (shapes: InputShapes) => totalCost(problems(shapes).map(problemCost)),
  };
  return Object.freeze(Object.defineProperty(made, brand(), { value: true }));
}

/** Whether `shapes` is a record of shapes by name. A tensor in place of its shape is no such record, and a typed array is none. */
export function isNamed(shapes: InputShapes): shapes is Readonly<Record<string, readonly number[]>> {
  return readFrom("input", () => {
    const isList = Array.isArray(shapes) || ArrayBuffer.isView(shapes);
    return typeof shapes === "object" && shapes !== null && !isList && !("layout" in shapes);
  });
}

/** Shapes by name, in the order of the inputs. @throws ConveneError `ERR_SHAPE`, `ERR_INVALID_OPTION` */
export function checkInputShapes(inputs: readonly string[], shapes: InputShapes): Readonly<Record<string, Shape>> {
  if (!isNamed(shapes)) {
    if (inputs.length === 1) return { [inputs[0]!]: checkSizes(shapes, "input") };
    const example = inputs.map((name) => `${name}: [n, c, h, w]`).join(", ");
    throw new ConveneError(
      "ERR_SHAPE",
      `this network has ${inputs.length} inputs: give their shapes by name, { ${example} }`,
    );
  }
  const own = checkKeys("input shapes", shapes, inputs);
  return Object.fromEntries(
    inputs.map((name) => {
      const shape = own[name];
      if (shape === undefined) throw new ConveneError("ERR_SHAPE", `the shape of the input ${show(name)} is missing`);
      return [name, checkSizes(shape, name)];
    }),
  );
}

/** The shape of a layer's output. */
export function outputShapeOfProblem(problem: Problem): Shape4 {
  return isOperationProblem(problem) ? operationOutputShape(problem) : outputShape(problem);
}

function pose(layer: ResolvedLayer, shapeOf: (value: number) => Shape4): { problem: Problem; output: Shape4 } {
  if (layer.kind === "operation") {
    const problem = layer.operation.problem(layer.inputs.map(shapeOf));
    return { problem, output: operationOutputShape(problem) };
  }
  const residual = layer.residual === undefined ? undefined : shapeOf(layer.residual);
  const problem = layer.conv.problem(shapeOf(layer.input), { residual: residual !== undefined });
  const output = outputShape(problem);
  if (residual && !sameShape(residual, output)) {
    throw new ConveneError("ERR_SHAPE", `residual (${show(residual)}) must have the output's shape (${show(output)})`);
  }
  return { problem, output };
}

/** Marks a network for every copy of this package. */
const brand = (): symbol => Symbol.for("convene.network");

/** Whether `value` is a `Network`, of this copy of the package or of another. */
export function isNetwork(value: unknown): value is Network {
  try {
    return brand() in Object(value);
  } catch {
    return false;
  }
}

const KEYS = ["conv", "op", "name", "input", "inputs", "residual"] as const satisfies readonly (keyof NetworkLayer)[];

type Find = (ref: LayerRef, whose: string, what: string) => number;

/** Entries as layers. A number refers to an entry by its index, a name by its name; both mean the entry's last layer. */
function resolveLayers(
  entries: readonly NetworkEntry[],
  inputs: readonly string[],
): { readonly layers: readonly ResolvedLayer[]; readonly find: Find } {
  if (entries.length === 0) throw new ConveneError("ERR_INVALID_OPTION", "a network needs at least one layer");
  const names = new Map<string, number>(inputs.map((name, index) => [name, -1 - index]));
  const layers: ResolvedLayer[] = [];
  /** The last layer of each entry. */
  const ends: number[] = [];
  const inputNames = inputs.map((name) => show(name)).join(", ");
  const find: Find = (ref, whose, what) => {
    const found = typeof ref === "number" ? ends[ref] : names.get(ref);
    if (found !== undefined) return found;
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `${whose}: ${what} (${show(ref)}) must be ${inputNames}, or the name or index of an earlier layer`,
    );
  };
  for (const [index, given] of entries.entries()) {
    const entry: NetworkLayer =
      isConv2d(given) || isConvTranspose2d(given)
        ? { conv: given }
        : isOperation(given)
          ? { op: given }
          : checkKeys(`layer ${index}`, given, KEYS);
    addLayers(layers, entry, index, index === 0 ? -1 : ends[index - 1]!, find);
    ends.push(layers.length - 1);
    // Messages call a layer without a name by its index. Another layer may still have this index as its name.
    if (entry.name === undefined) continue;
    if (names.has(entry.name)) {
      throw new ConveneError("ERR_INVALID_OPTION", `layer ${index}: the name ${show(entry.name)} is taken`);
    }
    names.set(entry.name, layers.length - 1);
  }
  return { layers, find };
}

/** Appends the layers of one entry. */
function addLayers(layers: ResolvedLayer[], entry: NetworkLayer, index: number, before: number, find: Find): void {
  const { conv, op, name = String(index) } = entry;
  if (op === undefined && !isConv2d(conv) && !isConvTranspose2d(conv)) {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `layer ${index}: conv (${show(conv)}) must be a Conv2d or a ConvTranspose2d; an operation is op`,
    );
  }
  if (op !== undefined && (conv !== undefined || !isOperation(op))) {
    const what =
      conv === undefined
        ? `op (${show(op)}) must be an operation, such as maxPool2d(...); a layer with weights is conv`
        : "has conv and op; one is enough";
    throw new ConveneError("ERR_INVALID_OPTION", `layer ${index}: ${what}`);
  }
  if (typeof name !== "string" || name === "") {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `layer ${index}: name (${show(name)}) must be a string that is not empty`,
    );
  }
  const refuse = (key: keyof NetworkLayer, why: string): void => {
    if (entry[key] !== undefined) throw new ConveneError("ERR_INVALID_OPTION", `layer ${name}: ${key} ${why}`);
  };
  const lookUp = (what: string, ref: LayerRef): number => find(ref, `layer ${name}`, what);
  if (op !== undefined) {
    refuse("residual", "is for convolutions; add() sums two values");
    if (entry.inputs !== undefined) refuse("input", "and inputs exclude each other");
    const given =
      entry.inputs === undefined
        ? [entry.input === undefined ? before : lookUp("input", entry.input)]
        : checkList(`layer ${name}: inputs`, entry.inputs, (ref, at) => lookUp(`inputs[${at}]`, ref));
    if (op.inputs === "any" ? given.length === 0 : given.length !== op.inputs) {
      const wanted = op.inputs === "any" ? "one or more" : String(op.inputs);
      throw new ConveneError(
        "ERR_INVALID_OPTION",
        `layer ${name}: ${op.kind} has ${given.length} inputs; expected ${wanted}`,
      );
    }
    layers.push({ kind: "operation", operation: op, name, inputs: given });
    return;
  }
  refuse("inputs", "is for operations of several inputs; a convolution has an input");
  const input = entry.input === undefined ? before : lookUp("input", entry.input);
  let after: Activation | undefined = conv!.activation;
  if (isConvTranspose2d(conv)) {
    refuse("residual", "is for Conv2d; add() sums two values");
    const [first, ...rest] = conv.layers;
    layers.push({ kind: "conv2d", conv: first, name, input, residual: undefined });
    for (const operation of rest) follow(layers, operation, `${name}.${operation.kind}`);
  } else {
    const residual = entry.residual === undefined ? undefined : lookUp("residual", entry.residual);
    layers.push({ kind: "conv2d", conv: conv as Conv2d, name, input, residual });
    if (isClamp(after)) after = undefined;
  }
  if (after !== undefined) follow(layers, activation(after), `${name}.activation`);
}

function follow(layers: ResolvedLayer[], operation: Operation, name: string): void {
  layers.push({ kind: "operation", operation, name, inputs: [layers.length - 1] });
}

/** Makes layers at known sizes of a graph, node by node. Constants are folded, and all unsupported nodes are collected. */

import { ConveneError } from "@convene/core";
import { kindOf } from "../decode/tensor.js";
import { integerAttribute, Refusal, SizeRefusal, TRAINING } from "../graph/attributes.js";
import { canFold, count, fold, shapeOf } from "../graph/fold.js";
import { type Graph, type Node, nodeTitle, scalar } from "../graph/graph.js";
import { NORMALIZATION } from "../graph/rewrite.js";
import { convTranspose, conv, gemm, matMul } from "./convolution.js";
import {
  activation,
  ACTIVATIONS,
  arithmetic,
  batchNormalization,
  equal,
  negative,
  power,
  prelu,
  sum,
} from "./elementwise.js";
import { dimsOf, type Feature, isFeature, ordersOf, type Value } from "./feature.js";
import { type Layer, LayerList } from "./layers.js";
import { concat, tile } from "./join.js";
import {
  depthToSpace,
  expand,
  flatten,
  gather,
  pad,
  reshape,
  slice,
  spaceToDepth,
  split,
  squeeze,
  transpose,
  unsqueeze,
} from "./moves.js";
import { groupNormalization, instanceNormalization, layerNormalization, plainNormalization } from "./normalization.js";
import { constant, constantsOf, feature, type Inputs } from "./operand.js";
import { placeAnyhow } from "./place.js";
import { readableEnds, untilCode } from "./readable.js";
import { globalPool, pool, reduce, softmax } from "./pooling.js";
import { resize } from "./resize.js";

type Lower = (node: Node, inputs: Inputs, list: LayerList, opset: number) => readonly Value[];

/** The operators for nodes whose inputs depend on the network's inputs. */
const OPERATORS: Readonly<Record<string, Lower>> = {
  ...Object.fromEntries(Object.keys(ACTIVATIONS).map((op) => [op, activation])),
  Add: arithmetic,
  AveragePool: pool,
  BatchNormalization: batchNormalization,
  Cast(node, inputs) {
    const to = integerAttribute(node, "to", 0);
    if (kindOf(to) === "float") return [feature(inputs, 0)];
    throw new Refusal(`it casts what depends on the network's inputs to data type ${to}; a float type would do`);
  },
  Concat: concat,
  Conv: conv,
  ConvTranspose: convTranspose,
  DepthToSpace: depthToSpace,
  Div: arithmetic,
  Dropout(_, inputs) {
    if (inputs[2] && constant(inputs, 2, "training_mode").data[0] !== 0) throw new Refusal(TRAINING);
    return [feature(inputs, 0)];
  },
  Equal: equal,
  Expand: expand,
  Flatten: flatten,
  Gather: gather,
  Gemm: gemm,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  GroupNormalization: groupNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  [NORMALIZATION]: plainNormalization,
  Identity: (_, inputs) => [feature(inputs, 0)],
  MatMul: matMul,
  MaxPool: pool,
  Mul: arithmetic,
  Neg: negative,
  PRelu: prelu,
  Pad: pad,
  Pow: power,
  ReduceMax: reduce,
  ReduceMean: reduce,
  ReduceSum: reduce,
  Reshape: reshape,
  Resize: resize,
  Shape: (node, inputs) => [shapeOf(node, dimsOf(feature(inputs, 0)))],
  Size: (_, inputs) => [scalar(count(dimsOf(feature(inputs, 0))), "integer")],
  Slice: slice,
  Softmax: softmax,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Squeeze: squeeze,
  Sub: arithmetic,
  Sum: sum,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
  Upsample: resize,
};

/**
 * Operators that rewrites remove in the supported forms, so lowering does not have them, with the reason why a node
 * that is left is refused.
 */
const PARTS: ReadonlyMap<string, string> = new Map([
  ["Constant", "it has no numbers; numbers would do"],
  ["Erf", "as a part of x/2·(1 + Erf(x/√2)) it would do"],
  ["Max", "of one input and a constant of one number it would do"],
  ["Min", "of one input and a constant of one number it would do"],
  ["Reciprocal", "as a part of (x − mean)·Reciprocal(Sqrt(variance + eps)) it would do"],
  ["Sqrt", "as a part of (x − mean)/Sqrt(variance + eps) it would do"],
]);

/** Operators that a program has written into a file, with a remedy. */
const ORIGINS: readonly (readonly [RegExp, string])[] = [
  [/^com\.microsoft\./, "it comes from an optimiser of ONNX Runtime; the file before it would do"],
  [/Quantize|Integer$|^QLinear/, "it is a part of a quantised network; the network in float32 or float16 would do"],
];

const isOwn = (op: string): boolean => op.includes(".");

/** The supported ONNX operators, in alphabetical order; those of `PARTS` are supported as parts of others. */
const OPERATOR_NAMES: readonly string[] = Object.keys(OPERATORS)
  .filter((op) => !isOwn(op))
  .sort();

/** An unsupported node, and the reason. */
export interface Refused {
  readonly node: Node;
  readonly why: string;
  /** Whether another size of the inputs may do. */
  readonly unfit?: boolean;
}

/** Whether an operator is supported only as a part of others. */
export function isPart(op: string): boolean {
  return PARTS.has(op);
}

/**
 * The reason why an operator is not supported; undefined if it is supported.
 *
 * @param depends whether the node reads a value that depends on the content of the network's inputs, and not only on
 * their sizes
 */
export function unknownOperator(op: string, depends: boolean): string | undefined {
  if (Object.hasOwn(OPERATORS, op) || (canFold(op) && !depends)) return undefined;
  const part = PARTS.get(op) ?? ORIGINS.find(([pattern]) => pattern.test(op))?.[1];
  if (part !== undefined) return part;
  return canFold(op)
    ? "it reads what depends on the network's inputs; constants would do"
    : "this operator is not known";
}

/** All nodes whose operators are not supported, whatever the sizes of the inputs. */
export function unknownNodes(graph: Graph): Refused[] {
  const depending = new Set(graph.inputs.map(({ name }) => name));
  return graph.nodes.flatMap((node) => {
    const depends = node.op !== "Shape" && node.op !== "Size" && node.inputs.some((input) => depending.has(input));
    if (depends) for (const output of node.outputs) depending.add(output);
    const why = unknownOperator(node.op, depends);
    return why === undefined ? [] : [{ node, why }];
  });
}

/**
 * One error for all unsupported nodes.
 *
 * @param canEnd whether a value can be an output of a network, if the sizes are known
 */
export function refusal(refused: readonly Refused[], graph: Graph, canEnd?: (value: string) => boolean): ConveneError {
  const shown = refused.slice(0, MOST_SHOWN).map(({ node, why }) => `  ${nodeTitle(node)}: ${why}`);
  if (refused.length > shown.length) shown.push(`  and ${refused.length - shown.length} more`);
  const isOpen = graph.inputs.some(({ dims }) => dims!.some((dim) => typeof dim === "string"));
  if (isOpen && refused.every(({ unfit }) => unfit)) {
    return new ConveneError("ERR_SHAPE", `inputs of these sizes do not fit the ONNX file:\n${shown.join("\n")}`);
  }
  const nodes = refused.length === 1 ? "an unsupported node" : `${refused.length} unsupported nodes`;
  const until = untilCode(readableEnds(graph, new Set(refused.map(({ node }) => node)), canEnd));
  const remedy = until === undefined ? "" : `\nThe part before can be read: readOnnx(bytes, { until: ${until} })`;
  return new ConveneError(
    "ERR_UNSUPPORTED",
    `the ONNX file has ${nodes}:\n${shown.join("\n")}\nSupported operators: ${OPERATOR_NAMES.join(", ")}${remedy}`,
  );
}

/** The most nodes that the message lists. It also has the number of all. */
const MOST_SHOWN = 200;

export interface Lowered {
  readonly layers: readonly Layer[];
  readonly outputs: ReadonlyMap<string, Feature>;
}

/**
 * Layers for the given inputs of a graph.
 *
 * @param unknown the graph's `unknownNodes`
 * @throws ConveneError `ERR_UNSUPPORTED` that lists every unsupported node, the unknown ones too
 */
export function lower(graph: Graph, inputs: ReadonlyMap<string, Feature>, unknown: readonly Refused[] = []): Lowered {
  const values = new Map<string, Value>(inputs);
  const list = new LayerList();
  const refused: Refused[] = [];
  const known = new Map(unknown.map((each) => [each.node, each]));
  /** Values of unsupported nodes, and of nodes that read such values. */
  const lost = new Set<string>();
  for (const node of graph.nodes) {
    const why = known.get(node);
    if (why) refused.push(why);
    if (why || node.inputs.some((input) => lost.has(input))) {
      for (const output of node.outputs) lost.add(output);
      continue;
    }
    try {
      list.node = node.name || node.outputs[0] || node.op;
      const given = node.inputs.map((input) => (input === "" ? undefined : valueOf(graph, values, input)));
      const made = lowerNode(node, given, list, graph.opset);
      for (const [index, output] of node.outputs.entries()) {
        const value = made[index];
        if (value) values.set(output, value);
      }
    } catch (error) {
      if (!(error instanceof Refusal) && !(error instanceof ConveneError)) throw error;
      refused.push({ node, why: error.message, unfit: isUnfit(error) });
      for (const output of node.outputs) lost.add(output);
      keepDims(node, values, lost);
    }
  }
  const canEnd = (name: string): boolean => {
    const value = values.get(name);
    return value !== undefined && isFeature(value) && inAnOrder(list, value) !== undefined;
  };
  if (refused.length > 0) throw refusal(refused, graph, canEnd);
  return { layers: list.layers, outputs: outputsOf(graph, values, list, canEnd) };
}

/** Whether other sizes of the inputs may do. */
function isUnfit(error: Error): boolean {
  return error instanceof SizeRefusal || (error instanceof ConveneError && error.code === "ERR_SHAPE");
}

/** The operators whose result has the dims of an input. */
const KEEPS_DIMS = new Set<Lower>([
  activation,
  arithmetic,
  batchNormalization,
  equal,
  groupNormalization,
  instanceNormalization,
  layerNormalization,
  plainNormalization,
  power,
  prelu,
  softmax,
]);

/**
 * Gives the result of an unsupported node the dims of its largest input, if the operator keeps dims. So the nodes after
 * this node are checked too.
 */
function keepDims(node: Node, values: Map<string, Value>, lost: Set<string>): void {
  const size = (value: Value): number => count(dimsOf(value));
  const inputs = node.inputs.flatMap((input) => values.get(input) ?? []).filter(isFeature);
  const [largest] = inputs.sort((a, b) => size(b) - size(a));
  if (!largest || !KEEPS_DIMS.has(OPERATORS[node.op]!)) return;
  values.set(node.outputs[0]!, largest);
  lost.delete(node.outputs[0]!);
}

function valueOf(graph: Graph, values: ReadonlyMap<string, Value>, name: string): Value {
  const value = values.get(name) ?? graph.constants.get(name);
  if (value) return value;
  throw new Refusal(`it reads ${JSON.stringify(name)}, which the node that should does not give`);
}

function lowerNode(node: Node, inputs: Inputs, list: LayerList, opset: number): readonly Value[] {
  if (inputs.every((value) => !value || !isFeature(value))) return fold(node, constantsOf(inputs), opset);
  return OPERATORS[node.op]!(node, inputs, list, opset);
}

/** Brings the elements of outputs into an order that a tensor can have. */
function outputsOf(
  graph: Graph,
  values: ReadonlyMap<string, Value>,
  list: LayerList,
  canEnd: (value: string) => boolean,
): ReadonlyMap<string, Feature> {
  const outputs = new Map<string, Feature>();
  for (const { name, value } of graph.outputs) {
    const found = values.get(value) ?? graph.constants.get(value);
    if (found && isFeature(found)) {
      list.node = name;
      const placed = inAnOrder(list, found);
      if (!placed) throw transposedOutput(graph, name, value, found, canEnd);
      outputs.set(name, placed);
      continue;
    }
    const why = found ? "does not depend on its inputs" : "is an optional one that is not given";
    const until = untilCode(graph.outputs.filter((each) => canEnd(each.value)).map((each) => each.name));
    const remedy = until === undefined ? "" : `; leave it out: readOnnx(bytes, { until: ${until} })`;
    throw new ConveneError("ERR_UNSUPPORTED", `the output ${JSON.stringify(name)} of the ONNX file ${why}${remedy}`);
  }
  return outputs;
}

/** A value with its elements in an order that a tensor can have; undefined where no operation of core brings them there. */
function inAnOrder(list: LayerList, value: Feature): Feature | undefined {
  if (ordersOf(value).length > 0) return value;
  try {
    return placeAnyhow(list, value).feature;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return undefined;
  }
}

function transposedOutput(
  graph: Graph,
  name: string,
  value: string,
  made: Feature,
  canEnd: (value: string) => boolean,
): ConveneError {
  const nodes = new Set(graph.nodes.filter(({ outputs }) => outputs.includes(value)));
  const until = untilCode(readableEnds(graph, nodes, canEnd));
  const remedy = until === undefined ? "" : `; cut the network before: readOnnx(bytes, { until: ${until} })`;
  return new ConveneError(
    "ERR_UNSUPPORTED",
    `the output ${JSON.stringify(name)} of dims [${dimsOf(made).join(", ")}] of the ONNX file has its elements transposed in a way that no layout has${remedy}`,
  );
}

/** Computes all nodes whose inputs are constants, once for all sizes. */
export function foldConstants(graph: Graph): Graph {
  const nodes = graph.nodes.filter((node) => {
    const dims = node.inputs.map((input) => (input === "" ? undefined : graph.constants.dims(input)));
    if (!canFold(node.op) || dims.some((each, index) => each === undefined && node.inputs[index] !== "")) return true;
    try {
      const made = fold(
        node,
        node.inputs.map((input) => graph.constants.get(input)),
        graph.opset,
      );
      for (const [index, output] of node.outputs.entries())
        if (output !== "" && made[index]) graph.constants.add(output, made[index]);
      return node.outputs.some((output, index) => output !== "" && !made[index]);
    } catch (error) {
      // The node stays in the graph. Lowering finds the node again, and reports it with the other unsupported nodes.
      if (error instanceof Refusal) return true;
      throw error;
    }
  });
  return { ...graph, nodes };
}

/** From the graph to layers at known sizes: node by node, constants folded, and every unsupported node collected. */

import { ConveneError } from "@convene/core";
import { kindOf } from "../decode/tensor.js";
import { integerAttribute, Refusal } from "../graph/attributes.js";
import { canFold, fold, shapeOf } from "../graph/fold.js";
import { type Graph, type Node, nodeTitle, scalar } from "../graph/graph.js";
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
import {
  concat,
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
import { constantsOf, feature, type Inputs } from "./operand.js";
import { placeAnyhow } from "./place.js";
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
  Dropout: (_, inputs) => [feature(inputs, 0)],
  Equal: equal,
  Expand: expand,
  Flatten: flatten,
  Gather: gather,
  Gemm: gemm,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
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
  Reshape: reshape,
  Resize: resize,
  Shape: (node, inputs) => [shapeOf(node, dimsOf(feature(inputs, 0)))],
  Size: (_, inputs) => [
    scalar(
      dimsOf(feature(inputs, 0)).reduce((all, size) => all * size, 1),
      "integer",
    ),
  ],
  Slice: slice,
  Softmax: softmax,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Squeeze: squeeze,
  Sub: arithmetic,
  Sum: sum,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
  Upsample: resize,
};

/** Parts of functions that rewrites put together; by themselves they are not supported. */
const PARTS: Readonly<Record<string, string>> = {
  Erf: "as a part of x/2·(1 + Erf(x/√2)) it would do",
  Max: "with a constant it would do",
  Min: "with a constant it would do",
};

const isOwn = (op: string): boolean => op.includes(".");

/** The supported ONNX operators, in alphabetical order; `Erf`, `Max` and `Min` are supported as parts of others. */
const OPERATOR_NAMES: readonly string[] = Object.keys(OPERATORS)
  .filter((op) => !isOwn(op))
  .sort();

/** An unsupported node, and the reason. */
export interface Refused {
  readonly node: Node;
  readonly why: string;
}

/** Whether an operator is supported only as a part of others. */
export function isPart(op: string): boolean {
  return Object.hasOwn(PARTS, op);
}

/** The reason why a node's operator is not known, for features or for constants; undefined where it is known. */
export function unknownOperator(node: Node): string | undefined {
  if (Object.hasOwn(OPERATORS, node.op) || canFold(node.op)) return undefined;
  return PARTS[node.op] ?? "this operator is not known";
}

/** One error for all unsupported nodes. */
export function refusal(refused: readonly Refused[], graph: Graph): ConveneError {
  const shown = refused.slice(0, MOST_SHOWN).map(({ node, why }) => `  ${nodeTitle(node)}: ${why}`);
  if (refused.length > shown.length) shown.push(`  and ${refused.length - shown.length} more`);
  const count = refused.length === 1 ? "an unsupported node" : `${refused.length} unsupported nodes`;
  const first = refused[0]!.node;
  const before = first.inputs.find(
    (input) => !graph.constants.has(input) && graph.nodes.some(({ outputs }) => outputs.includes(input)),
  );
  const remedy =
    before === undefined ? "" : `\nThe part before can be read: readOnnx(bytes, { until: ${JSON.stringify(before)} })`;
  return new ConveneError(
    "ERR_UNSUPPORTED",
    `the ONNX file has ${count}:\n${shown.join("\n")}\nSupported operators: ${OPERATOR_NAMES.join(", ")}${remedy}`,
  );
}

/** The most nodes that the message lists. It also has the number of all. */
const MOST_SHOWN = 200;

export interface Lowered {
  readonly layers: readonly Layer[];
  readonly outputs: ReadonlyMap<string, Feature>;
}

/**
 * Layers for the given inputs.
 *
 * @throws ConveneError `ERR_UNSUPPORTED` that lists every unsupported node
 */
export function lower(graph: Graph, inputs: ReadonlyMap<string, Feature>): Lowered {
  const values = new Map<string, Value>(inputs);
  const list = new LayerList();
  const refused: Refused[] = [];
  /** Values of unsupported nodes, and of nodes that read such values. */
  const lost = new Set<string>();
  for (const node of graph.nodes) {
    if (node.inputs.some((input) => lost.has(input))) {
      const why = unknownOperator(node);
      if (why) refused.push({ node, why });
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
        else lost.add(output);
      }
    } catch (error) {
      if (!(error instanceof Refusal) && !(error instanceof ConveneError)) throw error;
      refused.push({ node, why: error.message });
      for (const output of node.outputs) lost.add(output);
    }
  }
  if (refused.length > 0) throw refusal(refused, graph);
  return { layers: list.layers, outputs: outputsOf(graph, values, list) };
}

function valueOf(graph: Graph, values: ReadonlyMap<string, Value>, name: string): Value {
  const value = values.get(name) ?? graph.constants.get(name);
  if (value) return value;
  throw new Refusal(`it reads ${JSON.stringify(name)}, which the node that should does not give`);
}

function lowerNode(node: Node, inputs: Inputs, list: LayerList, opset: number): readonly Value[] {
  const lowering = OPERATORS[node.op];
  if (inputs.every((value) => !value || !isFeature(value))) return fold(node, constantsOf(inputs), opset);
  if (lowering && Object.hasOwn(OPERATORS, node.op)) return lowering(node, inputs, list, opset);
  throw new Refusal(
    PARTS[node.op] ?? unknownOperator(node) ?? "it reads what depends on the network's inputs; constants would do",
  );
}

/** Brings the elements of outputs into an order that a tensor can have. */
function outputsOf(graph: Graph, values: ReadonlyMap<string, Value>, list: LayerList): ReadonlyMap<string, Feature> {
  const outputs = new Map<string, Feature>();
  for (const { name, value } of graph.outputs) {
    const found = values.get(value) ?? graph.constants.get(value);
    if (found && isFeature(found)) {
      list.node = name;
      outputs.set(name, inAnOrder(list, name, found));
      continue;
    }
    throw new ConveneError(
      "ERR_UNSUPPORTED",
      `the output ${JSON.stringify(name)} of the ONNX file ${found ? "does not depend on its inputs" : "is an optional one that is not given"}; leave it out: readOnnx(bytes, { until: [the others] })`,
    );
  }
  return outputs;
}

function inAnOrder(list: LayerList, name: string, value: Feature): Feature {
  if (ordersOf(value).length > 0) return value;
  try {
    return placeAnyhow(list, value).feature;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new ConveneError(
      "ERR_UNSUPPORTED",
      `the output ${JSON.stringify(name)} of dims [${dimsOf(value).join(", ")}] of the ONNX file has its elements transposed in a way that no layout has; cut the network before: readOnnx(bytes, { until: "a value before it" })`,
    );
  }
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
      // Lowering comes to this node again, and reports it with the other unsupported nodes.
      if (error instanceof Refusal) return true;
      throw error;
    }
  });
  return { ...graph, nodes };
}

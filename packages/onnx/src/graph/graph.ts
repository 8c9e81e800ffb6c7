/** The graph of a file as plain data: nodes, each after the nodes that it reads, and constants by name. */

import { ConveneError } from "@convene/core";
import { type Attribute, type ModelProto, type NodeProto, type ValueInfo } from "../decode/model.js";
import { type Constant, type ExternalData, readTensor, type TensorProto } from "../decode/tensor.js";
import { fileError } from "../decode/wire.js";

/** A node of the file, or a node that a rewrite has made of several. */
export interface Node {
  readonly name: string;
  /** The operator's name, with its domain unless the domain is ONNX's own. */
  readonly op: string;
  /** `""` for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

export interface Graph {
  /** The version of ONNX's own operator set. */
  readonly opset: number;
  readonly inputs: readonly ValueInfo[];
  /** The file's name of an output, and the name of the value. */
  readonly outputs: readonly { readonly name: string; readonly value: string }[];
  readonly nodes: readonly Node[];
  readonly constants: Constants;
}

/** The supported operator sets. */
const [FIRST_OPSET, LAST_OPSET] = [7, 22] as const;

/** Constants by name, each read when it is first asked for. */
export class Constants {
  readonly #tensors = new Map<string, TensorProto>();
  readonly #read = new Map<string, Constant>();
  readonly #externalData: ExternalData | undefined;

  constructor(externalData: ExternalData | undefined) {
    this.#externalData = externalData;
  }

  has(name: string): boolean {
    return this.#tensors.has(name) || this.#read.has(name);
  }

  addTensor(name: string, tensor: TensorProto): void {
    this.#tensors.set(name, tensor);
  }

  add(name: string, constant: Constant): void {
    this.#read.set(name, constant);
  }

  get(name: string): Constant | undefined {
    const tensor = this.#tensors.get(name);
    if (tensor && !this.#read.has(name)) {
      this.#read.set(name, readTensor(tensor, `the constant ${JSON.stringify(name)}`, this.#externalData));
    }
    return this.#read.get(name);
  }

  /** The constant, if its numbers lie in another file. */
  external(name: string): Constant | undefined {
    return this.#tensors.get(name)?.external && this.get(name);
  }

  /** The dims of a constant, without reading its numbers. */
  dims(name: string): readonly number[] | undefined {
    return this.#tensors.get(name)?.dims ?? this.#read.get(name)?.dims;
  }
}

/** The name of a node in messages. */
export function nodeTitle(node: {
  readonly name: string;
  readonly op: string;
  readonly outputs: readonly string[];
}): string {
  const name = node.name || node.outputs.find((output) => output !== "") || "";
  return `${JSON.stringify(name)} (${node.op})`;
}

/**
 * Checks the nodes of a graph, and leaves out nodes that the outputs do not need. `until` names values that become the outputs instead of the file's
 * own.
 *
 * @throws ConveneError `ERR_INVALID_OPTION`, `ERR_UNSUPPORTED`
 */
export function buildGraph(
  model: ModelProto,
  { until, externalData }: { readonly until?: readonly string[]; readonly externalData?: ExternalData | undefined },
): Graph {
  const proto = model.graph!;
  const opset = model.opsets.get("") ?? 1;
  if (opset < FIRST_OPSET || opset > LAST_OPSET) {
    throw fileError(
      `is of operator set ${opset}; ${FIRST_OPSET} to ${LAST_OPSET} are supported: export it again, for instance with opset_version=17`,
      "ERR_UNSUPPORTED",
    );
  }
  const constants = new Constants(externalData);
  const defined = new Set<string>();
  const define = (name: string, what: string): void => {
    if (defined.has(name))
      throw fileError(`is damaged: the value ${JSON.stringify(name)} is defined twice, the second time by ${what}`);
    defined.add(name);
  };

  for (const tensor of proto.initializers) {
    define(tensor.name, "an initializer");
    constants.addTensor(tensor.name, tensor);
  }
  // Before version 4 of the format every initializer is an input too.
  const inputs = proto.inputs.filter(({ name }) => !constants.has(name));
  for (const { name } of inputs) define(name, "an input");
  const producers = new Map<string, number>();
  for (const [index, node] of proto.nodes.entries()) {
    for (const output of node.outputs) {
      if (output === "") continue;
      define(output, nodeTitle(node));
      producers.set(output, index);
    }
  }

  const outputs = until ?? proto.outputs.map(({ name }) => name);
  if (outputs.length === 0) throw fileError("is damaged: the graph has no outputs");
  for (const name of outputs) {
    if (defined.has(name)) continue;
    if (until) throw noSuchValue(name, [...producers.keys()]);
    throw fileError(`is damaged: the output ${JSON.stringify(name)} is no value of the graph`);
  }
  if (new Set(outputs).size < outputs.length) throw fileError("is damaged: it has two outputs of one name");

  const order = sort(proto.nodes, producers, defined);
  return declutter(order, { opset, inputs, outputs, constants });
}

function noSuchValue(name: string, values: readonly string[]): ConveneError {
  const part = name.toLowerCase();
  const near = values.filter((value) => value.toLowerCase().includes(part)).slice(0, 5);
  const shown = near.length > 0 ? near : values.slice(-5);
  return new ConveneError(
    "ERR_INVALID_OPTION",
    `until (${JSON.stringify(name)}) is no value of the file; it has ${values.length}, such as ${shown.map((value) => JSON.stringify(value)).join(", ")}`,
  );
}

/** Sorts nodes so that each comes after the nodes that it reads, in the file's order where possible. @throws ConveneError for a cycle */
function sort(
  nodes: readonly NodeProto[],
  producers: ReadonlyMap<string, number>,
  defined: ReadonlySet<string>,
): NodeProto[] {
  const sorted: NodeProto[] = [];
  const [UNSEEN, OPEN, DONE] = [0, 1, 2];
  const state = new Uint8Array(nodes.length);
  for (let root = 0; root < nodes.length; root++) {
    const path = state[root] === UNSEEN ? [root] : [];
    while (path.length > 0) {
      const index = path.at(-1)!;
      const node = nodes[index]!;
      if (state[index] === OPEN || state[index] === DONE) {
        path.pop();
        if (state[index] === OPEN) sorted.push(node);
        state[index] = DONE;
        continue;
      }
      state[index] = OPEN;
      for (const input of node.inputs) {
        if (input !== "" && !defined.has(input)) {
          throw fileError(
            `is damaged: the node ${nodeTitle(node)} reads ${JSON.stringify(input)}, which nothing gives`,
          );
        }
        const producer = producers.get(input);
        if (producer === undefined || state[producer] === DONE) continue;
        if (state[producer] === OPEN) {
          throw fileError(
            `is damaged: the node ${nodeTitle(node)} reads ${JSON.stringify(input)}, which depends on that node itself`,
          );
        }
        path.push(producer);
      }
    }
  }
  return sorted;
}

/** Turns constant nodes into constants, and removes nodes that do nothing and nodes that no output needs. */
function declutter(
  nodes: readonly NodeProto[],
  {
    opset,
    inputs,
    outputs,
    constants,
  }: { opset: number; inputs: readonly ValueInfo[]; outputs: readonly string[]; constants: Constants },
): Graph {
  const same = new Map<string, string>();
  const real = (name: string): string => same.get(name) ?? name;
  const kept: Node[] = [];
  for (const proto of nodes) {
    const attributes = new Map(proto.attributes.map((attribute) => [attribute.name, attribute]));
    const op = proto.domain === "" ? proto.op : `${proto.domain}.${proto.op}`;
    const node: Node = { name: proto.name, op, inputs: proto.inputs.map(real), outputs: proto.outputs, attributes };
    const [output = ""] = node.outputs;
    if (op === "Constant" && addConstant(node, constants)) continue;
    // A Dropout with a third input may be in training mode; lowering looks at it.
    const isSame = op === "Identity" || (op === "Dropout" && !node.inputs[2]);
    if (isSame && node.inputs[0] !== undefined && output !== "") {
      same.set(output, node.inputs[0]);
      // The mask of a Dropout is not kept, because only training uses it. If another node reads the mask, an error says
      // that no node makes this value.
      continue;
    }
    kept.push(node);
  }
  const named = outputs.map((name) => ({ name, value: real(name) }));
  return {
    opset,
    inputs,
    outputs: named,
    nodes: withoutUnused(
      kept,
      named.map(({ value }) => value),
    ),
    constants,
  };
}

/** The nodes that `outputs` need, in order. */
export function withoutUnused(nodes: readonly Node[], outputs: readonly string[]): Node[] {
  const needed = new Set(outputs);
  const kept: Node[] = [];
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index]!;
    if (!node.outputs.some((output) => needed.has(output))) continue;
    for (const input of node.inputs) needed.add(input);
    kept.push(node);
  }
  return kept.reverse();
}

/** Adds the value of a node `Constant`, if it consists of numbers. Returns whether it does. */
function addConstant(node: Node, constants: Constants): boolean {
  const [output] = node.outputs;
  const [attribute] = node.attributes.values();
  if (output === undefined || !attribute || node.attributes.size !== 1) return false;
  const { name, tensor, float, integer, floats, integers } = attribute;
  if (name === "value" && tensor) constants.addTensor(output, tensor);
  else if (name === "value_float" && float !== undefined) constants.add(output, scalar(float, "float"));
  else if (name === "value_int" && integer !== undefined) constants.add(output, scalar(integer, "integer"));
  else if (name === "value_floats") constants.add(output, list(floats, "float"));
  else if (name === "value_ints") constants.add(output, list(integers, "integer"));
  else return false;
  return true;
}

/** A constant of no dims. */
export function scalar(value: number, kind: Constant["kind"]): Constant {
  return { dims: [], kind, data: Float64Array.of(value) };
}

/** A constant of one dim. */
export function list(values: readonly number[], kind: Constant["kind"]): Constant {
  return { dims: [values.length], kind, data: Float64Array.from(values) };
}

/** The messages of onnx.proto that a network needs: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto has the field numbers. */

import { decodeTensor, type TensorProto } from "./tensor.js";
import { bytesOf, eachField, fileError, numberOf, pushIntegers, pushReals, textOf } from "./wire.js";

/** AttributeProto, with the values that the file has. */
export interface Attribute {
  readonly name: string;
  readonly float: number | undefined;
  readonly integer: number | undefined;
  readonly text: string | undefined;
  readonly tensor: TensorProto | undefined;
  readonly floats: readonly number[];
  readonly integers: readonly number[];
}

/** NodeProto. */
export interface NodeProto {
  readonly name: string;
  readonly op: string;
  readonly domain: string;
  /** Names of values; `""` for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly Attribute[];
}

/** A size of at least 0, or the name of an open size, whose value `prepare` is given; `"?"` for an open size without a name. */
export type Dimension = number | string;

/** ValueInfoProto of a tensor. `dims` is undefined where the file gives no shape. */
export interface ValueInfo {
  readonly name: string;
  readonly dataType: number | undefined;
  readonly dims: readonly Dimension[] | undefined;
}

/** GraphProto. */
export interface GraphProto {
  readonly name: string;
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

/** ModelProto. */
export interface ModelProto {
  readonly irVersion: number;
  readonly producer: string;
  /** Versions of operator sets, by domain; `""` is ONNX's own domain. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: GraphProto | undefined;
  /** Functions that the file defines itself, as `domain.name`. */
  readonly functions: readonly string[];
}

/** Decodes a ModelProto. @throws ConveneError `ERR_INVALID_OPTION` */
export function decodeModel(bytes: Uint8Array): ModelProto {
  let irVersion = 0;
  let [name, version] = ["", ""];
  let graph: GraphProto | undefined;
  const opsets = new Map<string, number>();
  const functions: string[] = [];
  eachField(bytes, "the model", (field, value) => {
    if (field === 1) irVersion = numberOf(value, "ir_version");
    else if (field === 2) name = textOf(value, "producer_name");
    else if (field === 3) version = textOf(value, "producer_version");
    else if (field === 7) {
      if (graph) throw fileError("is damaged: it has two graphs");
      graph = decodeGraph(bytesOf(value, "the graph"));
    } else if (field === 8) opsets.set(...decodeOpset(bytesOf(value, "opset_import")));
    else if (field === 25) functions.push(decodeFunctionName(bytesOf(value, "a function")));
  });
  return { irVersion, producer: [name, version].filter(Boolean).join(" "), opsets, graph, functions };
}

function decodeOpset(bytes: Uint8Array): [string, number] {
  let [domain, version] = ["", 0];
  eachField(bytes, "opset_import", (field, value) => {
    if (field === 1) domain = textOf(value, "the domain of an operator set");
    else if (field === 2) version = numberOf(value, "the version of an operator set");
  });
  return [standardDomain(domain), version];
}

/** ONNX's own domain has two names. */
function standardDomain(domain: string): string {
  return domain === "ai.onnx" ? "" : domain;
}

function decodeFunctionName(bytes: Uint8Array): string {
  let [name, domain] = ["", ""];
  eachField(bytes, "a function", (field, value) => {
    if (field === 1) name = textOf(value, "a function's name");
    else if (field === 10) domain = textOf(value, "a function's domain");
  });
  return `${domain}.${name}`;
}

function decodeGraph(bytes: Uint8Array): GraphProto {
  let name = "";
  const nodes: NodeProto[] = [];
  const initializers: TensorProto[] = [];
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  eachField(bytes, "the graph", (field, value) => {
    if (field === 1) nodes.push(decodeNode(bytesOf(value, `node ${nodes.length}`), nodes.length));
    else if (field === 2) name = textOf(value, "the graph's name");
    else if (field === 5) initializers.push(decodeTensor(bytesOf(value, "an initializer"), "an initializer"));
    else if (field === 11) inputs.push(decodeValueInfo(bytesOf(value, "an input"), "an input"));
    else if (field === 12) outputs.push(decodeValueInfo(bytesOf(value, "an output"), "an output"));
    else if (field === 15) throw fileError("has a sparse initializer; store weights densely", "ERR_UNSUPPORTED");
  });
  return { name, nodes, initializers, inputs, outputs };
}

function decodeNode(bytes: Uint8Array, index: number): NodeProto {
  const what = `node ${index}`;
  let [name, op, domain] = ["", "", ""];
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: Attribute[] = [];
  eachField(bytes, what, (field, value) => {
    if (field === 1) inputs.push(textOf(value, `an input of ${what}`));
    else if (field === 2) outputs.push(textOf(value, `an output of ${what}`));
    else if (field === 3) name = textOf(value, `the name of ${what}`);
    else if (field === 4) op = textOf(value, `the operator of ${what}`);
    else if (field === 5) attributes.push(decodeAttribute(bytesOf(value, `an attribute of ${what}`), what));
    else if (field === 7) domain = textOf(value, `the domain of ${what}`);
  });
  if (op === "") throw fileError(`is damaged: ${what} (${JSON.stringify(name)}) has no operator`);
  return { name, op, domain: standardDomain(domain), inputs, outputs, attributes };
}

function decodeAttribute(bytes: Uint8Array, node: string): Attribute {
  let name = "";
  let float: number | undefined;
  let integer: number | undefined;
  let text: string | undefined;
  let tensor: TensorProto | undefined;
  const floats: number[] = [];
  const integers: number[] = [];
  const what = `an attribute of ${node}`;
  eachField(bytes, what, (field, value) => {
    if (field === 1) name = textOf(value, what);
    else if (field === 2) float = numberOf(value, what);
    else if (field === 3) integer = numberOf(value, what);
    else if (field === 4) text = textOf(value, what);
    else if (field === 5) tensor = decodeTensor(bytesOf(value, what), `the tensor of ${node}`);
    else if (field === 7) pushReals(floats, value, what, 4);
    else if (field === 8) pushIntegers(integers, value, what);
  });
  return { name, float, integer, text, tensor, floats, integers };
}

function decodeValueInfo(bytes: Uint8Array, what: string): ValueInfo {
  let name = "";
  let dataType: number | undefined;
  let dims: Dimension[] | undefined;
  eachField(bytes, what, (field, value) => {
    if (field === 1) name = textOf(value, `the name of ${what}`);
    if (field !== 2) return;
    eachField(bytesOf(value, `the type of ${what}`), `the type of ${what}`, (kind, type) => {
      if (kind !== 1) return;
      eachField(bytesOf(type, `the type of ${what}`), `the type of ${what}`, (part, each) => {
        if (part === 1) dataType = numberOf(each, `the element type of ${what}`);
        else if (part === 2) dims = decodeDims(bytesOf(each, `the shape of ${what}`), what);
      });
    });
  });
  return { name, dataType, dims };
}

function decodeDims(bytes: Uint8Array, what: string): Dimension[] {
  const dims: Dimension[] = [];
  eachField(bytes, `the shape of ${what}`, (field, dimension) => {
    if (field !== 1) return;
    let size: Dimension = "?";
    eachField(bytesOf(dimension, `a dimension of ${what}`), `a dimension of ${what}`, (part, value) => {
      if (part === 1) size = numberOf(value, `a dimension of ${what}`);
      else if (part === 2) size = textOf(value, `a dimension of ${what}`);
      // Some exporters give open sizes no names: paddle2onnx writes -1, and onnxmltools writes "None".
      if (size === -1 || size === "" || size === "None") size = "?";
    });
    dims.push(size);
  });
  return dims;
}

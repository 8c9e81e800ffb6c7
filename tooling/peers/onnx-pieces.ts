/**
 * Functions that write parts of an ONNX file. Field numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */

import { type Field, message } from "./protobuf.js";

/** The first operator set whose Pad has the mode `wrap`, and the version of the format for it. */
const OPSET = 19;
const IR_VERSION = 9;

/** A value of TensorProto.DataType. */
const FLOAT = 1;
const INT64 = 7;

export interface OnnxGraph {
  readonly nodes: readonly Uint8Array[];
  readonly constants: readonly Uint8Array[];
  /** The inputs, made by `value`. */
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
}

/** A ModelProto, which is the whole file. */
export function modelOf({ nodes, constants, inputs, outputs }: OnnxGraph): Uint8Array {
  const graph = message([
    ...each(1, nodes),
    [2, "convolution"],
    ...each(5, constants),
    ...each(11, inputs),
    ...each(12, outputs),
  ]);
  return message([
    [1, IR_VERSION],
    [7, graph],
    [8, message([[2, OPSET]])],
  ]);
}

function each(number: number, values: readonly (number | string | Uint8Array)[]): readonly Field[] {
  return values.map((item) => [number, item] as const);
}

/** A NodeProto. */
export function node(
  type: string,
  inputs: readonly string[],
  output: string,
  attributes: readonly Uint8Array[],
): Uint8Array {
  return message([...each(1, inputs), [2, output], [4, type], ...each(5, attributes)]);
}

/** An AttributeProto. Its type (field 20) says which of its fields has the value. */
export function integerAttribute(name: string, integer: number): Uint8Array {
  return message([
    [1, name],
    [3, integer],
    [20, 2],
  ]);
}

export function stringAttribute(name: string, text: string): Uint8Array {
  return message([
    [1, name],
    [4, text],
    [20, 3],
  ]);
}

export function integersAttribute(name: string, list: readonly number[]): Uint8Array {
  return message([[1, name], ...each(8, list), [20, 7]]);
}

/** A TensorProto. Its raw data are little-endian. */
export function floats(name: string, shape: readonly number[], data: Float32Array): Uint8Array {
  const raw = new Uint8Array(data.length * 4);
  const view = new DataView(raw.buffer);
  for (const [index, item] of data.entries()) view.setFloat32(index * 4, item, true);
  return message([...each(1, shape), [2, FLOAT], [8, name], [9, raw]]);
}

export function integers(name: string, list: readonly number[]): Uint8Array {
  return message([[1, list.length], [2, INT64], ...each(7, list), [8, name]]);
}

/** A ValueInfoProto: an input or an output of floats. */
export function value(name: string, shape: readonly number[]): Uint8Array {
  const dimensions = message(shape.map((size) => [1, message([[1, size]])] as const));
  const tensorType = message([
    [1, FLOAT],
    [2, dimensions],
  ]);
  return message([
    [1, name],
    [2, message([[1, tensorType]])],
  ]);
}

/** Writes ONNX files for tests, with the library that reads them. Field numbers are as in onnx.proto. */

import { PbfWriter } from "pbf";

export interface TensorSpec {
  readonly dims: readonly number[];
  readonly data: readonly number[] | Float32Array;
  /** Default: `"float"`. */
  readonly type?: "float" | "int64" | "int32" | "double" | "float16" | "bfloat16" | "bool" | "uint8" | "int8";
  /** How numbers are stored. Default: `"raw"`. */
  readonly as?: "raw" | "fields";
}

export type AttributeSpec =
  | number
  | string
  | readonly number[]
  | TensorSpec
  | { readonly float: number }
  | { readonly floats: readonly number[] };

export interface NodeSpec {
  readonly op: string;
  readonly name?: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeSpec>>;
}

export interface ValueSpec {
  readonly dims?: readonly (number | string)[];
  readonly dataType?: number;
}

export interface ModelSpec {
  readonly opset?: number;
  readonly nodes: readonly NodeSpec[];
  readonly inputs: Readonly<Record<string, ValueSpec["dims"] | ValueSpec>>;
  readonly outputs: readonly string[];
  readonly initializers?: Readonly<Record<string, TensorSpec>>;
  /** Written after everything else, as it is. */
  readonly append?: (pbf: PbfWriter) => void;
}

const DATA_TYPES = {
  float: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  double: 11,
  bfloat16: 16,
} as const;

export function onnxModel(spec: ModelSpec): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, 8);
  pbf.writeStringField(2, "convene tests");
  pbf.writeMessage(7, writeGraph, spec);
  pbf.writeMessage(8, (version: number, out) => void out.writeVarintField(2, version), spec.opset ?? 17);
  spec.append?.(pbf);
  return pbf.finish().slice();
}

function writeGraph(spec: ModelSpec, pbf: PbfWriter): void {
  for (const node of spec.nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, "graph");
  for (const [name, tensor] of Object.entries(spec.initializers ?? {}))
    pbf.writeMessage(5, writeTensor, { name, ...tensor });
  for (const [name, value] of Object.entries(spec.inputs)) {
    pbf.writeMessage(11, writeValue, { name, ...(Array.isArray(value) ? { dims: value } : (value as ValueSpec)) });
  }
  for (const name of spec.outputs) pbf.writeMessage(12, writeValue, { name });
}

function writeNode({ op, name, domain, inputs, outputs, attributes }: NodeSpec, pbf: PbfWriter): void {
  for (const input of inputs) pbf.writeStringField(1, input);
  for (const output of outputs) pbf.writeStringField(2, output);
  if (name !== undefined) pbf.writeStringField(3, name);
  pbf.writeStringField(4, op);
  for (const attribute of Object.entries(attributes ?? {})) pbf.writeMessage(5, writeAttribute, attribute);
  if (domain !== undefined) pbf.writeStringField(7, domain);
}

function writeAttribute([name, value]: readonly [string, AttributeSpec], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  if (typeof value === "number") {
    pbf.writeVarintField(3, value);
    pbf.writeVarintField(20, 2);
  } else if (typeof value === "string") {
    pbf.writeStringField(4, value);
    pbf.writeVarintField(20, 3);
  } else if ("float" in value) {
    pbf.writeFloatField(2, value.float);
    pbf.writeVarintField(20, 1);
  } else if ("floats" in value) {
    for (const each of value.floats) pbf.writeFloatField(7, each);
    pbf.writeVarintField(20, 6);
  } else if ("dims" in value) {
    pbf.writeMessage(5, writeTensor, { name: "", ...value });
    pbf.writeVarintField(20, 4);
  } else {
    for (const each of value) pbf.writeVarintField(8, each);
    pbf.writeVarintField(20, 7);
  }
}

function writeTensor(
  { name, dims, data, type = "float", as = "raw" }: TensorSpec & { readonly name: string },
  pbf: PbfWriter,
): void {
  for (const size of dims) pbf.writeVarintField(1, size);
  pbf.writeVarintField(2, DATA_TYPES[type]);
  pbf.writeStringField(8, name);
  const numbers = [...data];
  if (as === "raw") pbf.writeBytesField(9, rawBytes(numbers, type));
  else if (type === "float") pbf.writePackedFloat(4, numbers);
  else if (type === "double") pbf.writePackedDouble(10, numbers);
  else if (type === "int64") for (const each of numbers) pbf.writeVarintField(7, each);
  else
    pbf.writePackedVarint(
      5,
      numbers.map((each) => (type === "bfloat16" || type === "float16" ? halfBits(each, type) : each)),
    );
}

/** The bits of a number. They are exact for numbers that both types can hold, such as the numbers of these tests. */
function halfBits(value: number, type: "float16" | "bfloat16"): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  if (type === "bfloat16") return bits >>> 16;
  const [sign, exponent, fraction] = [(bits >>> 16) & 0x8000, ((bits >>> 23) & 255) - 112, (bits >>> 13) & 1023];
  return exponent <= 0 ? sign : sign | (exponent << 10) | fraction;
}

function rawBytes(numbers: readonly number[], type: keyof typeof DATA_TYPES): Uint8Array {
  const size = { float: 4, uint8: 1, int8: 1, int32: 4, int64: 8, bool: 1, float16: 2, double: 8, bfloat16: 2 }[type];
  const bytes = new Uint8Array(size * numbers.length);
  const view = new DataView(bytes.buffer);
  for (const [index, each] of numbers.entries()) {
    if (type === "float") view.setFloat32(index * 4, each, true);
    else if (type === "double") view.setFloat64(index * 8, each, true);
    else if (type === "int64") view.setBigInt64(index * 8, each >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(each), true);
    else if (type === "int32") view.setInt32(index * 4, each, true);
    else if (type === "float16" || type === "bfloat16") view.setUint16(index * 2, halfBits(each, type), true);
    else view.setUint8(index, each);
  }
  return bytes;
}

function writeValue({ name, dims, dataType = 1 }: ValueSpec & { readonly name: string }, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  if (dims === undefined) return;
  pbf.writeMessage(
    2,
    (sizes: readonly (number | string)[], type) => {
      type.writeMessage(
        1,
        (shape: readonly (number | string)[], tensor) => {
          tensor.writeVarintField(1, dataType);
          tensor.writeMessage(2, writeDims, shape);
        },
        sizes,
      );
    },
    dims,
  );
}

function writeDims(dims: readonly (number | string)[], pbf: PbfWriter): void {
  for (const dim of dims) {
    pbf.writeMessage(
      1,
      (value: number | string, out) => {
        if (typeof value === "number") out.writeVarintField(1, value);
        else if (value !== "?") out.writeStringField(2, value);
      },
      dim,
    );
  }
}

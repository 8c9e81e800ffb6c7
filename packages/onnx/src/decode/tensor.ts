/** TensorProto: its header is decoded at once, its numbers when they are read. The numbers are views of the file where possible. */

import { ConveneError } from "@convene/core";
import { fromBfloat16, fromFloat16 } from "./half.js";
import { bytesOf, eachField, fileError, type FieldValue, numberOf, pushIntegers, pushReals, textOf } from "./wire.js";

/** A tensor in the file, not yet read. */
export interface TensorProto {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  /** The fields that hold numbers, as in the file: each field's number and value. */
  readonly fields: readonly (readonly [field: number, value: FieldValue])[];
  /** The place of the numbers in another file: keys `location`, `offset` and `length`. */
  readonly external: ReadonlyMap<string, string> | undefined;
}

/** Returns the bytes of another file that holds weights. `location` is the file's name in the ONNX file. */
export type ExternalData = (location: string) => Uint8Array;

/** The kind of numbers that a constant holds. */
export type NumberKind = "float" | "integer" | "boolean";

/** A constant: numbers in the order of `dims`, with the last dimension innermost. */
export interface Constant {
  readonly dims: readonly number[];
  readonly kind: NumberKind;
  readonly data: Float32Array | Float64Array;
}

const [DIMS, DATA_TYPE, FLOAT_DATA, INT32_DATA, INT64_DATA, NAME, RAW_DATA, DOUBLE_DATA, UINT64_DATA] = [
  1, 2, 4, 5, 7, 8, 9, 10, 11,
] as const;
const [EXTERNAL_DATA, DATA_LOCATION] = [13, 14] as const;

/** A TensorProto.DataType: name, kind, bytes of a number in `raw_data`, how a number is read from there, and the field that holds numbers otherwise. */
interface DataType {
  readonly name: string;
  readonly kind: NumberKind;
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
  readonly field: number;
  /** Converts the bits in an integer field to the number. */
  readonly convert?: (bits: number) => number;
}

const int64 = (view: DataView, at: number): number => view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
const uint64 = (view: DataView, at: number): number =>
  view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
const uint16 = (view: DataView, at: number): number => view.getUint16(at, true);

const integer = (
  name: string,
  bytes: number,
  read: DataType["read"],
  field: number = INT32_DATA,
  kind: NumberKind = "integer",
): DataType => ({ name, kind, bytes, read, field });

const DATA_TYPES: Readonly<Record<number, DataType>> = {
  1: { name: "float", kind: "float", bytes: 4, read: (view, at) => view.getFloat32(at, true), field: FLOAT_DATA },
  2: integer("uint8", 1, (view, at) => view.getUint8(at)),
  3: integer("int8", 1, (view, at) => view.getInt8(at)),
  4: integer("uint16", 2, uint16),
  5: integer("int16", 2, (view, at) => view.getInt16(at, true)),
  6: integer("int32", 4, (view, at) => view.getInt32(at, true)),
  7: integer("int64", 8, int64, INT64_DATA),
  9: integer("bool", 1, (view, at) => Number(view.getUint8(at) !== 0), INT32_DATA, "boolean"),
  10: {
    name: "float16",
    kind: "float",
    bytes: 2,
    read: (view, at) => fromFloat16(uint16(view, at)),
    field: INT32_DATA,
    convert: fromFloat16,
  },
  11: { name: "double", kind: "float", bytes: 8, read: (view, at) => view.getFloat64(at, true), field: DOUBLE_DATA },
  12: integer("uint32", 4, (view, at) => view.getUint32(at, true), UINT64_DATA),
  13: integer("uint64", 8, uint64, UINT64_DATA),
  16: {
    name: "bfloat16",
    kind: "float",
    bytes: 2,
    read: (view, at) => fromBfloat16(uint16(view, at)),
    field: INT32_DATA,
    convert: fromBfloat16,
  },
};

/** Whether values of this TensorProto.DataType are numbers that can become float32. */
export function isNumber(dataType: number): boolean {
  return Object.hasOwn(DATA_TYPES, dataType);
}

/** The kind of numbers after a Cast to this TensorProto.DataType. */
export function kindOf(dataType: number): NumberKind | undefined {
  return DATA_TYPES[dataType]?.kind;
}

export function decodeTensor(bytes: Uint8Array, what: string): TensorProto {
  let [name, dataType, location] = ["", 0, 0];
  const dims: number[] = [];
  const fields: [number, FieldValue][] = [];
  const external = new Map<string, string>();
  eachField(bytes, what, (field, value) => {
    if (field === DIMS) pushIntegers(dims, value, `the dims of ${what}`);
    else if (field === DATA_TYPE) dataType = numberOf(value, `the data type of ${what}`);
    else if (field === NAME) name = textOf(value, `the name of ${what}`);
    else if (field === DATA_LOCATION) location = numberOf(value, `the data location of ${what}`);
    else if (field === EXTERNAL_DATA) external.set(...decodeEntry(bytesOf(value, what), what));
    else if ([FLOAT_DATA, INT32_DATA, INT64_DATA, RAW_DATA, DOUBLE_DATA, UINT64_DATA].includes(field as 4)) {
      fields.push([field, value]);
    }
  });
  return { name, dims, dataType, fields, external: location === 1 ? external : undefined };
}

function decodeEntry(bytes: Uint8Array, what: string): [string, string] {
  let [key, text] = ["", ""];
  eachField(bytes, what, (field, value) => {
    if (field === 1) key = textOf(value, what);
    else if (field === 2) text = textOf(value, what);
  });
  return [key, text];
}

/** The number of elements of a tensor of these dims. @throws ConveneError for impossible dims */
function countOf(dims: readonly number[], what: string): number {
  let count = 1;
  for (const size of dims) {
    if (!Number.isInteger(size) || size < 0) throw fileError(`is damaged: ${what} has dims [${dims.join(", ")}]`);
    count *= size;
  }
  if (count > 2 ** 31 - 1)
    throw fileError(`is damaged: ${what} has dims [${dims.join(", ")}], more than 2^31 - 1 elements`);
  return count;
}

/** The tensor's numbers; a view of the file where they are aligned float32. @throws ConveneError that names the tensor */
export function readTensor(tensor: TensorProto, what: string, externalData?: ExternalData): Constant {
  const type = DATA_TYPES[tensor.dataType];
  if (!type) {
    throw fileError(
      `has ${what} of data type ${tensor.dataType}; numbers of ${Object.values(DATA_TYPES)
        .map(({ name }) => name)
        .join(", ")} can be read`,
      "ERR_UNSUPPORTED",
    );
  }
  const dims = Object.freeze([...tensor.dims]);
  const count = countOf(dims, what);
  const raw = tensor.external ? readExternal(tensor.external, what, externalData) : rawData(tensor);
  const data = raw ? fromRaw(raw, type, count, what) : fromFields(tensor, type, count, what);
  return { dims, kind: type.kind, data };
}

function rawData(tensor: TensorProto): Uint8Array | undefined {
  // If a field occurs several times, the last one counts, as in all protocol buffers.
  const all = tensor.fields.filter(([number]) => number === RAW_DATA);
  return all.length === 0 ? undefined : bytesOf(all[all.length - 1]![1], "raw_data");
}

function sizeError(what: string, count: number, found: string): ConveneError {
  return fileError(`is damaged: ${what} should have ${count} elements by its dims, and has ${found}`);
}

function fromRaw(raw: Uint8Array, type: DataType, count: number, what: string): Constant["data"] {
  if (raw.length !== count * type.bytes) throw sizeError(what, count, `${raw.length} bytes of ${type.name}`);
  if (type.name === "float" && LITTLE_ENDIAN) {
    if (raw.byteOffset % 4 === 0) return new Float32Array(raw.buffer, raw.byteOffset, count);
    return new Float32Array(new Uint8Array(raw).buffer);
  }
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  const data = type.kind === "float" && type.bytes < 8 ? new Float32Array(count) : new Float64Array(count);
  for (let index = 0; index < count; index++) data[index] = type.read(view, index * type.bytes);
  return data;
}

function fromFields(tensor: TensorProto, type: DataType, count: number, what: string): Constant["data"] {
  const list: number[] = [];
  for (const [field, value] of tensor.fields) {
    if (field !== type.field) continue;
    if (field === FLOAT_DATA) pushReals(list, value, what, 4);
    else if (field === DOUBLE_DATA) pushReals(list, value, what, 8);
    else pushIntegers(list, value, what);
  }
  if (list.length !== count) throw sizeError(what, count, `${list.length} of ${type.name}`);
  const numbers = type.convert ? list.map(type.convert) : list;
  return type.kind === "float" && type.bytes < 8 ? Float32Array.from(numbers) : Float64Array.from(numbers);
}

function readExternal(
  external: ReadonlyMap<string, string>,
  what: string,
  externalData: ExternalData | undefined,
): Uint8Array {
  const location = external.get("location") ?? "";
  const remedy = "pass readOnnx(bytes, { externalData: (location) => the bytes of that file })";
  if (!externalData) {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `${what} lies in another file, ${JSON.stringify(location)}; ${remedy}`,
    );
  }
  const bytes = externalData(location);
  if (!(bytes instanceof Uint8Array)) {
    throw new ConveneError("ERR_INVALID_OPTION", `externalData(${JSON.stringify(location)}) must give a Uint8Array`);
  }
  const offset = Number(external.get("offset") ?? 0);
  const length = Number(external.get("length") ?? bytes.length - offset);
  if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length)) {
    throw fileError(
      `has ${what} at bytes ${offset} to ${offset + length} of ${JSON.stringify(location)}, which has ${bytes.length}`,
    );
  }
  return bytes.subarray(offset, offset + length);
}

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

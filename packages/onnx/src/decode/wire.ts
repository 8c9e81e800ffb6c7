/** The wire format of protocol buffers. Every length is checked before it is used. */

import { ConveneError, type ConveneErrorCode } from "@convene/core";
import { PbfReader } from "pbf";

/** A field's value: the number of a varint (a signed 64-bit integer), a float or a double; for any other type a view of the bytes. */
export type FieldValue = number | Uint8Array;

/** An error about the file. */
export function fileError(message: string, code: ConveneErrorCode = "ERR_INVALID_OPTION"): ConveneError {
  return new ConveneError(code, `the ONNX file ${message}`);
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Calls `visit` for each field of a message, in the file's order. `what` names the message in errors. */
export function eachField(message: Uint8Array, what: string, visit: (field: number, value: FieldValue) => void): void {
  const reader = new PbfReader(message);
  while (reader.pos < message.length) {
    const field = reading(what, () => reader.nextField());
    if (field === 0) throw fileError(`is damaged: ${what} has a field of number 0`);
    visit(
      field,
      reading(what, () => readValue(reader, message, what)),
    );
    if (reader.pos > message.length) throw truncated(what);
  }
}

function readValue(reader: PbfReader, message: Uint8Array, what: string): FieldValue {
  switch (reader.type) {
    case VARINT:
      return reader.readVarint(true);
    case FIXED32:
      return reader.readFloat();
    case FIXED64:
      return reader.readDouble();
    case BYTES: {
      const length = reader.readVarint();
      const start = reader.pos;
      if (length > message.length - start) throw truncated(what);
      reader.pos = start + length;
      return message.subarray(start, start + length);
    }
    default:
      throw fileError(`is damaged: ${what} has a field of wire type ${reader.type}`);
  }
}

function truncated(what: string): ConveneError {
  return fileError(`is truncated or damaged: ${what} ends in the middle of a field`);
}

/** pbf throws errors of several kinds where bytes end too early. */
function reading<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ConveneError ? error : truncated(what);
  }
}

const TEXT = new TextDecoder();

export function bytesOf(value: FieldValue, what: string): Uint8Array {
  if (typeof value === "number") throw fileError(`is damaged: ${what} is a number, where bytes belong`);
  return value;
}

export function textOf(value: FieldValue, what: string): string {
  return TEXT.decode(bytesOf(value, what));
}

export function numberOf(value: FieldValue, what: string): number {
  if (typeof value !== "number") throw fileError(`is damaged: ${what} is bytes, where a number belongs`);
  return value;
}

/** Appends a repeated integer field, which may come packed or one by one. */
export function pushIntegers(list: number[], value: FieldValue, what: string): void {
  if (typeof value === "number") {
    list.push(value);
    return;
  }
  const reader = new PbfReader(value);
  reading(what, () => {
    while (reader.pos < value.length) list.push(reader.readVarint(true));
  });
  if (reader.pos > value.length) throw truncated(what);
}

/** Appends a repeated float field (`bytes` 4) or double field (8), which may come packed or one by one. */
export function pushReals(list: number[], value: FieldValue, what: string, bytes: 4 | 8): void {
  if (typeof value === "number") {
    list.push(value);
    return;
  }
  if (value.length % bytes !== 0) throw truncated(what);
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  for (let at = 0; at < value.length; at += bytes) {
    list.push(bytes === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true));
  }
}

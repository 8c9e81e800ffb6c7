/** NumPy's .npy files (format 1.0 to 3.0; numpy/lib/format.py): one array of numbers, its shape before it. */

import { endianness } from "node:os";

/** An array. It has as many elements as the product of `dims`, and the last axis is innermost. */
export interface NpyArray {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** The error for a file that is no .npy file, or has data that a network cannot read. */
export class NpyError extends Error {}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** The types: the bytes of an element, and a function that reads one. Numbers are little-endian, and single bytes have no order. */
const TYPES: Readonly<Record<string, readonly [bytes: number, read: (view: DataView, at: number) => number]>> = {
  "<f4": [4, (view, at) => view.getFloat32(at, true)],
  "<f8": [8, (view, at) => view.getFloat64(at, true)],
  "|u1": [1, (view, at) => view.getUint8(at)],
  "|i1": [1, (view, at) => view.getInt8(at)],
  "<i4": [4, (view, at) => view.getInt32(at, true)],
  "<i8": [8, (view, at) => Number(view.getBigInt64(at, true))],
};

/**
 * The array of an .npy file, as float32.
 *
 * @throws NpyError if the file has another format, is cut off, or has elements that are no numbers
 */
export function readNpy(bytes: Uint8Array): NpyArray {
  if (MAGIC.some((byte, index) => bytes[index] !== byte)) throw new NpyError("is no .npy file");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6]! >= 2;
  const start = wide ? 12 : 10;
  if (bytes.length < start) throw new NpyError("is cut off in its header");
  const end = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  if (bytes.length < end) throw new NpyError("is cut off in its header");
  const header = new TextDecoder("latin1").decode(bytes.subarray(start, end));
  const type = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (type === undefined || order === undefined || shape === undefined)
    throw new NpyError("has a header of another form");
  const read = TYPES[type];
  if (!read)
    throw new NpyError(`holds ${type}; expected one of ${Object.keys(TYPES).join(", ")}: array.astype("float32")`);
  if (order === "True") throw new NpyError("is in Fortran order: numpy.ascontiguousarray(array)");
  const dims = shape.split(",").flatMap((size) => (size.trim() === "" ? [] : [Number(size)]));
  const count = dims.reduce((product, size) => product * size, 1);
  const [size, element] = read;
  if (end + count * size !== bytes.length) {
    throw new NpyError(
      `has ${bytes.length - end} bytes of data; expected ${count * size} for ${dims.join(" x ")} of ${type}`,
    );
  }
  return { dims, data: Float32Array.from({ length: count }, (_, index) => element(view, end + index * size)) };
}

/** Writes an .npy file of float32. */
export function writeNpy({ dims, data }: NpyArray): Uint8Array {
  const shape = `(${dims.join(", ")}${dims.length === 1 ? "," : ""})`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`;
  // The data begin at a multiple of 64, as in numpy, and the header ends with a line break.
  const header = `${text.padEnd(Math.ceil((10 + text.length + 1) / 64) * 64 - 11)}\n`;
  const bytes = new Uint8Array(10 + header.length + 4 * data.length);
  bytes.set(MAGIC);
  bytes.set([1, 0, header.length & 255, header.length >> 8], 6);
  bytes.set(new TextEncoder().encode(header), 10);
  const view = new DataView(bytes.buffer, 10 + header.length);
  if (endianness() === "LE")
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + header.length);
  else for (const [index, value] of data.entries()) view.setFloat32(4 * index, value, true);
  return bytes;
}

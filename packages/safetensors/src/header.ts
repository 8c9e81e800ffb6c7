/** A file's header: checked whole, against the bytes that are really there, before anything is allocated by what it says. */

import { type Dtype, DTYPES, isDtype, sizeOf } from "./dtypes.js";
import { SafetensorsError, type SafetensorsErrorCode, show } from "./errors.js";
import { parseStrict } from "./strict-json.js";

/** A tensor as the header describes it: its data is that from offset `from` to `to`. */
export interface Entry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

interface Header {
  readonly metadata: Readonly<Record<string, string>>;
  readonly entries: readonly Entry[];
  /** What is behind the header: a view of the file. */
  readonly data: Uint8Array;
}

/** Of a header, in bytes: the format's limit. */
const MOST_BYTES = 100_000_000;

/** The one key of a header that is no tensor's name. */
const METADATA = "__metadata__";

/** How other files begin that people take for these. */
const OTHERS: readonly (readonly [start: string, what: string])[] = [
  ["PK", "a zip archive, as torch.save writes (.pt, .pth); safetensors.torch.save_file writes safetensors"],
  ["\x80", "a pickle, as torch.save wrote; safetensors.torch.save_file writes safetensors"],
  ["GGUF", "a GGUF file"],
  ["\x89HDF", "an HDF5 file, as Keras writes (.h5)"],
  ["<", "a page of HTML, as a server answers instead of a file"],
  ["version https://git-lfs", "a Git LFS pointer; git lfs pull fetches the file"],
];

/** @throws SafetensorsError `ERR_FORMAT`, `ERR_TRUNCATED`, `ERR_HEADER` or `ERR_DTYPE` */
export function readHeader(given: Uint8Array | ArrayBuffer): Header {
  const file = asBytes(given);
  const start = String.fromCharCode(...file.subarray(0, 23));
  const other = OTHERS.find(([mark]) => start.startsWith(mark));
  if (other && file.length > 8 && file[8] !== 0x7b)
    throw new SafetensorsError("ERR_FORMAT", `this is no safetensors file but ${other[1]}`);
  if (file.length < 8) throw truncated(file.length, 8, "the header's length");
  const view = new DataView(file.buffer, file.byteOffset);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > MOST_BYTES) {
    throw new SafetensorsError(
      "ERR_FORMAT",
      `this is no safetensors file, or a damaged one: its header would have ${length} bytes; at most ${MOST_BYTES} are allowed`,
    );
  }
  if (8 + length > file.length) throw truncated(file.length, 8 + length, "the header");
  const header = checkObject(parseStrict(headerText(file.slice(8, 8 + length)), "the header"), "the header");
  const data = file.subarray(8 + length);
  return { metadata: checkMetadata(header[METADATA]), entries: checkTensors(header, data.length), data };
}

function asBytes(given: unknown): Uint8Array {
  // By what it is, not by whose it is: a test runner's or a frame's arrays have classes of their own.
  const kind = Object.prototype.toString.call(given);
  if (kind === "[object Uint8Array]") return given as Uint8Array;
  if (kind === "[object ArrayBuffer]") return new Uint8Array(given as ArrayBuffer);
  throw new SafetensorsError("ERR_FORMAT", `the file (${kind}) must be a Uint8Array or an ArrayBuffer with its bytes`);
}

function truncated(is: number, needed: number, what: string): SafetensorsError {
  return new SafetensorsError(
    "ERR_TRUNCATED",
    `the file has ${is} bytes, and needs ${needed} for ${what}; it is cut off`,
  );
}

function headerText(bytes: Uint8Array): string {
  if (bytes[0] !== 0x7b) {
    throw new SafetensorsError("ERR_FORMAT", "this is no safetensors file: byte 8 must be {, which begins the header");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SafetensorsError("ERR_HEADER", "the header is no UTF-8", { cause });
  }
}

export function checkObject(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new SafetensorsError("ERR_HEADER", `${what} (${show(value)}) must be an object`);
}

function checkMetadata(value: unknown): Readonly<Record<string, string>> {
  const metadata = checkObject(value === undefined ? {} : value, METADATA);
  for (const [key, each] of Object.entries(metadata)) {
    if (typeof each === "string") continue;
    throw new SafetensorsError("ERR_HEADER", `${METADATA}: ${show(key)} (${show(each)}) must be a string`);
  }
  return metadata as Record<string, string>;
}

/** Each byte of the data belongs to one tensor, so offsets have neither holes nor overlaps. */
function checkTensors(header: Readonly<Record<string, unknown>>, length: number): readonly Entry[] {
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name !== METADATA) entries.push(checkTensor(name, value, length));
  }
  let end = 0;
  for (const { name, from, to } of [...entries].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end) {
      const what =
        from > end
          ? `there is a hole of ${from - end} bytes before`
          : `${end - from} bytes are also another tensor's in`;
      throw new SafetensorsError("ERR_HEADER", `${what} tensor ${show(name)}, at offset ${from}`);
    }
    end = to;
  }
  if (end === length) return entries;
  throw new SafetensorsError("ERR_HEADER", `the last ${length - end} bytes of the file belong to no tensor`);
}

/** @param length of the data, in bytes */
function checkTensor(name: string, value: unknown, length: number): Entry {
  const refuse = (code: SafetensorsErrorCode, why: string): never => {
    throw new SafetensorsError(code, `tensor ${show(name)}${why}`);
  };
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refuse("ERR_HEADER", ` (${show(value)}) must be an object`);
  }
  const { dtype, shape, data_offsets: offsets } = value as Readonly<Record<string, unknown>>;
  if (!isDtype(dtype)) return refuse("ERR_DTYPE", `: dtype (${show(dtype)}) must be one of ${DTYPES}`);
  if (!isCounts(shape)) return refuse("ERR_HEADER", `: shape (${show(shape)}) must be a list of integers from 0`);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    const expected = "two integers from 0, the second not below the first";
    return refuse("ERR_HEADER", `: data_offsets (${show(offsets)}) must be ${expected}`);
  }
  const [from, to] = offsets as [number, number];
  const needed = shape.reduce((product, size) => product * size, sizeOf(dtype));
  if (to - from !== needed) {
    return refuse("ERR_HEADER", ` has ${to - from} bytes; expected ${needed} for ${dtype} of shape ${show(shape)}`);
  }
  if (to > length) throw truncated(length, to, `tensor ${show(name)}, counted from the header's end`);
  return { name, dtype, shape: Object.freeze(shape), from, to };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => Number.isSafeInteger(each) && each >= 0);
}

/** A file's header. The whole header is checked against the bytes of the file before anything is allocated by its sizes. */

import { type Dtype, DTYPES, isDtype, sizeOf } from "./dtypes.js";
import { fail, show } from "./errors.js";
import { checkObject, parseStrict } from "./strict-json.js";

/** A tensor as the header describes it. Its data lie from offset `from` to offset `to`. */
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
  /** The bytes after the header: a view of the file. */
  readonly data: Uint8Array;
}

/** The first bytes of other formats that users take for safetensors, and the names of these formats. */
const OTHERS: readonly (readonly [start: string, what: string])[] = [
  ["PK", "a PyTorch file (.pt): write it with safetensors.torch.save_file"],
  ["\x80", "a pickle: write it with safetensors.torch.save_file"],
  ["GGUF", "a GGUF file"],
  ["\x89HDF", "an HDF5 file, as Keras writes (.h5): tf2onnx makes an ONNX file of it, which @convene/onnx reads"],
  ["<", "HTML"],
  ["version ", "a Git LFS pointer: git lfs pull fetches the file"],
];

/** @throws SafetensorsError `ERR_FORMAT`, `ERR_TRUNCATED`, `ERR_HEADER` or `ERR_DTYPE` */
export function readHeader(given: Uint8Array | ArrayBuffer): Header {
  const file = asBytes(given);
  if (file.length > 8 && file[8] !== 0x7b) {
    const start = String.fromCharCode(...file.subarray(0, 8));
    const other = OTHERS.find(([mark]) => start.startsWith(mark));
    fail("ERR_FORMAT", `the file is ${other ? other[1] : "not safetensors: byte 8 must be {"}`);
  }
  checkLength(file, 8, "the header's length");
  const view = new DataView(file.buffer, file.byteOffset);
  const end = 8 + view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  checkLength(file, end, "the header");
  const { text, data } = { text: textOf(file.slice(8, end)), data: file.subarray(end) };
  const header = parseStrict(text, "the header");
  return { metadata: checkMetadata(header[METADATA]), entries: checkTensors(header, data), data };
}

function asBytes(given: unknown): Uint8Array {
  // The check is by the kind of object and not by its class, because arrays of a test runner or of a frame have classes of their own.
  const kind = Object.prototype.toString.call(given).slice(8, -1);
  if (kind === "Uint8Array") return given as Uint8Array;
  if (kind === "ArrayBuffer") return new Uint8Array(given as ArrayBuffer);
  return fail("ERR_FORMAT", `the file (${kind}) must be a Uint8Array or an ArrayBuffer, as await readFile(path) gives`);
}

function checkLength({ length }: Uint8Array, needed: number, what: string): void {
  if (length < needed) fail("ERR_TRUNCATED", `${what} needs ${needed} bytes; the file is cut off, and has ${length}`);
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    return fail("ERR_HEADER", "the header is no UTF-8", cause);
  }
}

/** The only key of a header that is not the name of a tensor. */
const METADATA = "__metadata__";

function checkMetadata(value: unknown): Readonly<Record<string, string>> {
  const metadata = checkObject(value ?? {}, METADATA);
  for (const each of Object.values(metadata)) {
    if (typeof each !== "string") fail("ERR_HEADER", `${METADATA} (${show(metadata)}) must hold strings`);
  }
  return metadata as Record<string, string>;
}

/** Each byte of the data belongs to one tensor, so offsets have neither holes nor overlaps. */
function checkTensors(header: Readonly<Record<string, unknown>>, data: Uint8Array): readonly Entry[] {
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name !== METADATA) entries.push(checkTensor(name, value, data));
  }
  let end = 0;
  for (const { name, from, to } of [...entries].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end)
      fail("ERR_HEADER", `tensor ${show(name)} begins at ${from}; expected ${end}, where the last one ends`);
    end = to;
  }
  if (end !== data.length)
    fail("ERR_HEADER", `the tensors end at ${end}; expected ${data.length}, where the file ends`);
  return entries;
}

function checkTensor(name: string, value: unknown, data: Uint8Array): Entry {
  const what = `tensor ${show(name)}`;
  const { dtype, shape, data_offsets: offsets } = checkObject(value, what);
  if (!isDtype(dtype)) return fail("ERR_DTYPE", `${what}: dtype (${show(dtype)}) must be one of ${DTYPES}`);
  const sizes = checkIntegers(shape, `${what}: shape`);
  const [from = 0, to = 0, ...more] = checkIntegers(offsets, `${what}: data_offsets`);
  const needed = sizes.reduce((product, size) => product * size, sizeOf(dtype));
  if (more.length > 0 || to - from !== needed) {
    fail(
      "ERR_HEADER",
      `${what}: data_offsets (${show(offsets)}) must be ${needed} apart, for ${dtype} of shape ${show(shape)}`,
    );
  }
  checkLength(data, to, `${what}, behind the header,`);
  return { name, dtype, shape: Object.freeze(sizes), from, to };
}

function checkIntegers(value: unknown, what: string): readonly number[] {
  if (Array.isArray(value) && value.every((each) => Number.isSafeInteger(each) && each >= 0)) return value as number[];
  return fail("ERR_HEADER", `${what} (${show(value)}) must be a list of integers from 0`);
}

/** The tensors of a file. */

import { type DataOf, decode, type Dtype, type FloatDtype, type IntegerDtype } from "./dtypes.js";
import { fail, show } from "./errors.js";
import { type Entry, readHeader } from "./header.js";

/** The most names that an error lists. */
const MOST_NAMES = 4;

interface TensorOf<D extends Dtype> {
  readonly dtype: D;
  /** As in PyTorch; `[]` for a single number. */
  readonly shape: readonly number[];
  /**
   * All elements, the last axis innermost. A view of the file's bytes where they lie on a multiple of their size, otherwise a
   * copy, made when `data` is first read: F16 and BF16 are widened to float32, and F64 is rounded to it.
   */
  readonly data: DataOf<D>;
}

/** `data` is a `Float32Array`. */
export type FloatTensor = { [D in FloatDtype]: TensorOf<D> }[FloatDtype];

/** `data` is the typed array of its dtype: a `BigInt64Array` for I64, a `Uint8Array` for BOOL. */
export type IntegerTensor = { [D in IntegerDtype]: TensorOf<D> }[IntegerDtype];

/** A tensor of a file, of floats or of integers; `dtype` tells which. */
export type SafetensorsTensor = FloatTensor | IntegerTensor;

/** Tensors by name, in the order of the header. Without a prototype, so that every key is a tensor's name. */
export type SafetensorsTensors = Readonly<Record<string, SafetensorsTensor>>;

/**
 * The tensors of a safetensors file, by name. The whole header is checked before anything is allocated. The numbers of a tensor are read
 * when its `data` is read. See https://huggingface.co/docs/safetensors for the format.
 *
 * @param bytes the file. Do not change it afterwards, because `data` can be a view of it
 * @throws SafetensorsError `ERR_FORMAT` where `bytes` are no safetensors file; `ERR_TRUNCATED` or `ERR_HEADER` for a damaged one;
 * `ERR_DTYPE` for a number type that is not read
 */
export function readSafetensors(bytes: Uint8Array | ArrayBuffer): SafetensorsTensors {
  const tensors = Object.create(null) as Record<string, SafetensorsTensor>;
  const { entries, data } = readHeader(bytes);
  for (const entry of entries) tensors[entry.name] = lazyTensor(entry, data);
  return tensors;
}

/**
 * The text that the file's author wrote beside the tensors (`__metadata__`), such as `{ format: "pt" }`.
 *
 * @throws SafetensorsError `ERR_FORMAT` where `bytes` are no safetensors file; `ERR_TRUNCATED`, `ERR_HEADER` or `ERR_DTYPE` for a damaged one
 */
export function readSafetensorsMetadata(bytes: Uint8Array | ArrayBuffer): Readonly<Record<string, string>> {
  return readHeader(bytes).metadata;
}

/**
 * The numbers of a floating-point tensor, in the order of the file, which is row-major: OIHW for the weight of a convolution. Numbers of
 * another width are converted to float32.
 *
 * @throws SafetensorsError `ERR_NO_TENSOR` where there is no tensor of that name, `ERR_DTYPE` where it holds integers
 */
export function float32(tensors: SafetensorsTensors, name: string): Float32Array {
  const tensor = tensors[name];
  if (!tensor) {
    const names = Object.keys(tensors);
    const nearest = nearestNames(name, names).map(show).join(", ") || "none";
    return fail(
      "ERR_NO_TENSOR",
      `there is no tensor ${show(name)}; nearest of the file's ${names.length} names: ${nearest}`,
    );
  }
  if (tensor.data instanceof Float32Array) return tensor.data;
  return fail("ERR_DTYPE", `tensor ${show(name)} (${tensor.dtype}) must hold floating-point numbers`);
}

/** The names that share most parts with `name`, such as `layer1`, `0` and `weight`; of equals, those that begin and end like `name`. */
function nearestNames(name: string, names: readonly string[]): string[] {
  const wanted = String(name);
  const parts = new Set(wanted.split("."));
  const shared = (other: string): number => {
    let [first, last] = [0, 0];
    while (first < other.length && other[first] === wanted[first]) first++;
    while (last < other.length && other.at(-1 - last) === wanted.at(-1 - last)) last++;
    // Less than one part counts.
    const alike = (first + last) / (2 * other.length + 1);
    return other.split(".").filter((part) => parts.has(part)).length + alike;
  };
  const scored = names.map((other): [string, number] => [other, shared(other)]);
  return scored
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_NAMES)
    .map(([other]) => other);
}

function lazyTensor({ dtype, shape, from, to }: Entry, bytes: Uint8Array): SafetensorsTensor {
  let data: DataOf<Dtype> | undefined;
  // A cast, because the compiler cannot see that `dtype` and `data` come from one entry.
  return {
    dtype,
    shape,
    get data() {
      data ??= decode(dtype, bytes.subarray(from, to));
      return data;
    },
  } as SafetensorsTensor;
}

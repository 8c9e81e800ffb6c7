/** Numbers of other kinds as float32, converted as PyTorch's `torch.tensor(data).float()` does. */

import { arrayType, readFrom } from "./check.js";
import { ConveneError, show } from "./errors.js";

/** Typed arrays of any kind, numbers in arrays, and arrays of those. */
export type NestedNumbers = ArrayLike<number | bigint | boolean> | readonly NestedNumbers[];

/** One level more than a shape can have, so that the reading of a list that contains itself ends. */
const DEEPEST = 5;

/** The lengths at each level of nesting, read from the first entries. `writeFloat32` finds entries of another length. */
export function sizesOf(data: unknown): number[] {
  const sizes: number[] = [];
  let each = data;
  while (sizes.length < DEEPEST) {
    const list = each;
    const length = readFrom("data", () => lengthOf(list));
    if (length === undefined) break;
    sizes.push(length);
    each = readFrom("data", () => (list as ArrayLike<unknown>)[0]);
  }
  if (sizes.length > 0) return sizes;
  throw new ConveneError("ERR_SHAPE", `data (${show(data)}) must be a typed array, or numbers in arrays`);
}

function lengthOf(value: unknown): number | undefined {
  return arrayType(value) !== undefined || Array.isArray(value) ? Number((value as unknown[]).length) : undefined;
}

/**
 * Writes `data`, nested as `sizes` says, to `out` from `at` on.
 *
 * @returns the place after the last number that was written
 * @throws ConveneError `ERR_SHAPE` for an element that is no number, and for an uneven nesting
 */
export function writeFloat32(
  data: unknown,
  out: Float32Array,
  [size, ...inner]: readonly number[],
  at = 0,
  name = "data",
): number {
  const length = lengthOf(data);
  if (length === undefined || length !== size) {
    const found = length === undefined ? `(${show(data)}) is no array` : `has ${length} elements`;
    throw new ConveneError("ERR_SHAPE", `${name} ${found}; expected ${size}, as the arrays before it have`);
  }
  const list = data as ArrayLike<unknown>;
  const type = arrayType(data);
  if (type !== undefined && !type.startsWith("Big") && inner.length === 0) {
    out.set(list as ArrayLike<number>, at);
    return at + length;
  }
  for (let index = 0; index < length; index++) {
    if (inner.length === 0) out[at++] = toNumber(list[index], name, index);
    else at = writeFloat32(list[index], out, inner, at, `${name}[${index}]`);
  }
  return at;
}

function toNumber(value: unknown, name: string, index: number): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  const found = `${name}[${index}] (${show(value)})`;
  if (typeof value !== "bigint") throw new ConveneError("ERR_SHAPE", `${found} must be a number, BigInt or boolean`);
  if (value !== BigInt.asIntN(64, value) && value !== BigInt.asUintN(64, value)) {
    throw new ConveneError("ERR_SHAPE", `${found} must have 64 bits at most`);
  }
  return fromBigInt(value);
}

/**
 * A number that rounds to the float32 nearest to `value`. Without this, an integer beyond 53 bits would be rounded twice, to float64 and
 * then to float32. Float32 never holds the low 16 bits of such an integer, so one bit stands for all of them: whether any is set.
 */
function fromBigInt(value: bigint): number {
  const nearest = Number(value);
  if (BigInt(nearest) === value) return nearest;
  return Number(value - (value % 65536n)) + (value < 0n ? -32768 : 32768);
}

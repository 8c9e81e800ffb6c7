/** Number types: how many bytes one takes, and how many of them become a typed array. */

/** Number types that become `Float32Array`. */
export type FloatDtype = "F64" | "F32" | "F16" | "BF16";

/** Each integer type's typed array. A boolean is a byte, 0 or 1. */
export interface IntegerArrays {
  readonly I64: BigInt64Array;
  readonly U64: BigUint64Array;
  readonly I32: Int32Array;
  readonly U32: Uint32Array;
  readonly I16: Int16Array;
  readonly U16: Uint16Array;
  readonly I8: Int8Array;
  readonly U8: Uint8Array;
  readonly BOOL: Uint8Array;
}

export type IntegerDtype = keyof IntegerArrays;
export type Dtype = FloatDtype | IntegerDtype;
export type DataOf<D extends Dtype> = D extends IntegerDtype ? IntegerArrays[D] : Float32Array;

type TypedArray = Float64Array | Float32Array | IntegerArrays[IntegerDtype];
interface Stored {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray;
}

/** What the bytes of each type are seen as. */
const STORED: Readonly<Record<Dtype, Stored>> = {
  F64: Float64Array,
  F32: Float32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
};

export function isDtype(value: unknown): value is Dtype {
  return typeof value === "string" && Object.hasOwn(STORED, value);
}

export const DTYPES = Object.keys(STORED).join(", ");

/** Bytes of one number. */
export function sizeOf(dtype: Dtype): number {
  return STORED[dtype].BYTES_PER_ELEMENT;
}

/**
 * The numbers in `bytes`, which are little-endian, as processors are that JavaScript runs on today. A view of the bytes where
 * they lie on a multiple of their size, a copy where they do not, or where the type is widened or narrowed to float32.
 */
export function decode(dtype: Dtype, bytes: Uint8Array): DataOf<Dtype> {
  const Type = STORED[dtype];
  const { buffer, byteOffset, length } = byteOffsetFits(bytes, Type.BYTES_PER_ELEMENT) ? bytes : new Uint8Array(bytes);
  const stored = new Type(buffer, byteOffset, length / Type.BYTES_PER_ELEMENT);
  if (dtype === "F64") return Float32Array.from(stored as Float64Array);
  if (dtype === "F16") return widen(stored as Uint16Array, float16);
  if (dtype === "BF16") return widen(stored as Uint16Array, bfloat16);
  return stored as DataOf<Dtype>;
}

function byteOffsetFits({ byteOffset }: Uint8Array, size: number): boolean {
  return byteOffset % size === 0;
}

/** `write` is given the floats, and the bits of the same memory. */
function widen(
  stored: Uint16Array,
  write: (out: Float32Array, bits: Uint32Array, stored: Uint16Array) => void,
): Float32Array {
  const out = new Float32Array(stored.length);
  write(out, new Uint32Array(out.buffer), stored);
  return out;
}

/** The upper half of a float32. */
function bfloat16(_out: Float32Array, bits: Uint32Array, stored: Uint16Array): void {
  for (let at = 0; at < stored.length; at++) bits[at] = stored[at]! << 16;
}

/**
 * Exponent and fraction, moved to where a float32 has them, stand for 2⁻¹¹² of the value, subnormal numbers too. What then is
 * 2¹⁶ or more had the largest exponent: an infinity, or NaN.
 */
function float16(out: Float32Array, bits: Uint32Array, stored: Uint16Array): void {
  for (let at = 0; at < stored.length; at++) {
    const half = stored[at]!;
    bits[at] = (half & 0x7fff) << 13;
    const x = out[at]! * 2 ** 112;
    const magnitude = x < 65_536 ? x : x === 65_536 ? Infinity : Number.NaN;
    out[at] = half & 0x8000 ? -magnitude : magnitude;
  }
}

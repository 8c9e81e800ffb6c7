/** Number types: the size of a number in bytes, and how bytes become a typed array. */

/** Number types that become `Float32Array`. */
export type FloatDtype = "F64" | "F32" | "F16" | "BF16";

/** The typed array of each integer type. A boolean is a byte, 0 or 1. */
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

/** The dtypes of integers and of booleans. */
export type IntegerDtype = keyof IntegerArrays;
/** The dtypes that this package reads, by their names in the format. */
export type Dtype = FloatDtype | IntegerDtype;
/**
 * The array for numbers of a dtype: `Float32Array` for all floats, and the typed array of the same width for an integer.
 */
export type DataOf<D extends Dtype> = D extends IntegerDtype ? IntegerArrays[D] : Float32Array;

type TypedArray = Float64Array | Float32Array | IntegerArrays[IntegerDtype];
interface Stored {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray;
}

/** The typed array through which the bytes of each type are read. */
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

export const DTYPES = Object.keys(STORED).join(", ");

export function isDtype(value: unknown): value is Dtype {
  return typeof value === "string" && Object.hasOwn(STORED, value);
}

/** Bytes of one number. */
export function sizeOf(dtype: Dtype): number {
  return STORED[dtype].BYTES_PER_ELEMENT;
}

/**
 * The numbers in `bytes`. The format is little-endian, and so are the processors that run JavaScript today. The result is a view of the
 * bytes. It is a copy where the bytes do not begin at a multiple of the number's size, and where the type is converted to float32.
 */
export function decode(dtype: Dtype, bytes: Uint8Array): DataOf<Dtype> {
  const size = sizeOf(dtype);
  const { buffer, byteOffset, length } = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  const stored = new STORED[dtype](buffer, byteOffset, length / size);
  if (dtype === "F64") return Float32Array.from(stored as Float64Array);
  return dtype === "F16" || dtype === "BF16" ? widen(stored as Uint16Array, dtype) : (stored as DataOf<Dtype>);
}

/**
 * A bfloat16 is the upper half of a float32. For a float16, exponent and fraction are moved to their place in a float32. The result is
 * 2⁻¹¹² of the value, for subnormal numbers too. If the value is then 2¹⁶ or more, the float16 had the largest exponent: it was an infinity
 * or NaN.
 */
function widen(stored: Uint16Array, dtype: "F16" | "BF16"): Float32Array {
  const out = new Float32Array(stored.length);
  const bits = new Uint32Array(out.buffer);
  for (let at = 0; at < stored.length; at++) {
    const half = stored[at]!;
    if (dtype === "BF16") {
      bits[at] = half << 16;
      continue;
    }
    bits[at] = (half & 0x7fff) << 13;
    const x = out[at]! * 2 ** 112;
    const magnitude = x < 65_536 ? x : x === 65_536 ? Infinity : Number.NaN;
    out[at] = half & 0x8000 ? -magnitude : magnitude;
  }
  return out;
}

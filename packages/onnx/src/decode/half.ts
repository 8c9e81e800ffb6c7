/** Half-precision numbers as float32, which can hold each of them exactly. */

/** IEEE 754 binary16, from its 16 bits. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const WORD = new Uint32Array(1);
const FLOAT = new Float32Array(WORD.buffer);

/** bfloat16, the upper half of a float32, from its 16 bits. */
export function fromBfloat16(bits: number): number {
  WORD[0] = (bits & 0xffff) << 16;
  return FLOAT[0]!;
}

/** Numbers of fewer bits than float32 has. */

/** `x` with `bits` significant bits, by Veltkamp's splitting of a float64; the range of exponents is not looked at. */
export function significant(x: number, bits: number): number {
  const scaled = x * (2 ** (53 - bits) + 1);
  return Number.isFinite(scaled) ? scaled - (scaled - x) : x;
}

/** Eleven significant bits. Of float16's narrow range only the top is kept: past 65504 it is infinite. */
export function toFloat16(x: number): number {
  const rounded = significant(x, 11);
  return Math.abs(rounded) > 65504 ? Math.sign(x) * Infinity : rounded;
}

/** Eight significant bits, and float32's range. */
export function toBfloat16(x: number): number {
  return significant(x, 8);
}

/** Zero for what is below the smallest normal float32, as a GPU's units for arithmetic have it. */
export function flush(x: number): number {
  return Math.abs(x) < 2 ** -126 ? 0 : x;
}

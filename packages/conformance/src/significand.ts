/** Numbers with fewer bits than float32. */

/** `x` with `bits` significant bits, by Veltkamp's splitting of a float64. The range of exponents is not limited. */
export function significant(x: number, bits: number): number {
  const scaled = x * (2 ** (53 - bits) + 1);
  return Number.isFinite(scaled) ? scaled - (scaled - x) : x;
}

/**
 * `x` with eleven significant bits. A number beyond 65504 becomes infinite, as in float16. The lower end of float16's
 * range is not modelled.
 */
export function toFloat16(x: number): number {
  const rounded = significant(x, 11);
  return Math.abs(rounded) > 65504 ? Math.sign(x) * Infinity : rounded;
}

/** `x` with eight significant bits, and with float32's range. */
export function toBfloat16(x: number): number {
  return significant(x, 8);
}

/** `x`, or zero for a number below the smallest normal float32, as in the arithmetic of a GPU. */
export function flush(x: number): number {
  return Math.abs(x) < 2 ** -126 ? 0 : x;
}

/** The epilogue of a JavaScript kernel. */

/** Adds the residual, which lies `residual` elements from the output (0 for none), clamps, and stores. */
export function put(f32: Float32Array, at: number, y: number, residual: number, min: number, max: number): void {
  const sum = residual === 0 ? y : y + f32[at + residual]!;
  // Comparisons, so that NaN stays NaN.
  f32[at] = sum < min ? min : sum > max ? max : sum;
}

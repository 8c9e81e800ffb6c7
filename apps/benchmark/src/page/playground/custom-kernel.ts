/** Changes the size of the custom kernel. Pure. */

/**
 * The weights of a square kernel in another size, around the same centre: zeros are added, or the edge is left out. A list that is no
 * square, as in an incomplete link, keeps its weights and is filled with zeros.
 */
export function resizeKernel(weights: readonly number[], size: number): readonly number[] {
  const from = Math.sqrt(weights.length);
  if (!Number.isInteger(from)) return Array.from({ length: size * size }, (_, at) => weights[at] ?? 0);
  const shift = (from - size) / 2;
  return Array.from({ length: size * size }, (_, at) => {
    const [x, y] = [(at % size) + shift, Math.floor(at / size) + shift];
    const inside = x >= 0 && y >= 0 && x < from && y < from;
    return inside ? (weights[y * from + x] ?? 0) : 0;
  });
}

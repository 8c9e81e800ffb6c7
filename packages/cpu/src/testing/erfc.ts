/** The complementary error function by quadrature, a method that js-kernels/operations/erfc.ts does not use. */

/**
 * `erfc(x)` for x >= 0, within 10⁻¹⁴ of itself: 2/√π·exp(-x²) times the integral of exp(-2xt - t²) over t > 0, whose integrand is
 * positive. With t = exp(u - exp(-u)) the trapezoidal rule converges faster than any power of its step (Takahasi and Mori, "Double
 * Exponential Formulas for Numerical Integration", 1974).
 */
function erfcOfPositive(x: number): number {
  const step = 1 / 32;
  let sum = 0;
  for (let u = -4; u < 4; u += step) {
    const t = Math.exp(u - Math.exp(-u));
    sum += Math.exp(-2 * x * t - t * t) * t * (1 + Math.exp(-u));
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum * step;
}

export function erfcByQuadrature(x: number): number {
  return x < 0 ? 2 - erfcOfPositive(-x) : erfcOfPositive(x);
}

/**
 * The complementary error function in float64, erfc(x) = 1 - erf(x), for the reference of GELU. It uses two classical
 * expansions (Abramowitz and Stegun, 7.1.6 and 7.1.14), each of them where it converges fast:
 *
 * - |x| < 2: erf(x) = 2/√π · exp(-x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1·3·5·…·(2n+1)). All terms have the sign of x, so nothing cancels.
 * - x >= 2: erfc(x) = exp(-x²)/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …)))), a continued fraction. It gives the
 *   tail with a small relative error. In the tail 1 - erf(x) would have no right digit.
 */

const SERIES_BELOW = 2;
/** The depth at which the fraction is cut off. From x = 2 on, its error is then less than one unit in the last place of float64. */
const FRACTION_DEPTH = 120;

/** erf(x); NaN for NaN. Absolute error below 1e-15. */
export function erf(x: number): number {
  if (Math.abs(x) < SERIES_BELOW) return series(x);
  return x < 0 ? tail(-x) - 1 : 1 - tail(x);
}

/** 1 - erf(x), computed without cancellation; NaN for NaN. Relative error below 1e-13 wherever the result is a normal number. */
export function erfc(x: number): number {
  if (Math.abs(x) < SERIES_BELOW) return 1 - series(x);
  return x < 0 ? 2 - tail(-x) : tail(x);
}

function series(x: number): number {
  let term = x;
  let sum = 0;
  for (let n = 1; sum + term !== sum; n++) {
    sum += term;
    term *= (2 * x * x) / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** erfc(x) for x >= 2. */
function tail(x: number): number {
  let fraction = x;
  for (let k = FRACTION_DEPTH; k > 0; k--) fraction = x + k / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}

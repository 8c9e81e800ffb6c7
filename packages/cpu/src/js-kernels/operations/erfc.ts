/** The complementary error function, which JavaScript does not have. */

/** Up to here 1 - erf(x) loses no more than three of float64's sixteen digits. */
const SMALL = 2;
/** From here on erfc(x) is smaller than the smallest positive float64. */
const LARGE = 27;

/**
 * `erfc(x)` with a relative error of 10⁻¹³ at most: by the series erf(x) = 2/√π·exp(-x²)·Σ 2ᵏx²ᵏ⁺¹/(1·3·…·(2k+1)), whose terms all
 * have one sign, and for large x by the continued fraction of Laplace, erfc(x) = exp(-x²)/√π / (x + 1/2/(x + 1/(x + 3/2/(x + …)))).
 * Abramowitz and Stegun, "Handbook of Mathematical Functions", 7.1.6 and 7.1.14.
 */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x > LARGE) return 0;
  if (x >= SMALL) {
    let fraction = x;
    for (let k = TERMS; k > 0; k--) fraction = x + k / 2 / fraction;
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
  }
  let term = x;
  let sum = x;
  for (let k = 1; term > sum * 2 ** -54; k++) {
    term *= (2 * x * x) / (2 * k + 1);
    sum += term;
  }
  return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** Levels of the continued fraction: enough for 10⁻¹⁵ at `SMALL`, where it converges worst. */
const TERMS = 80;

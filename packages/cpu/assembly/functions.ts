/**
 * Functions of four numbers at once. Coefficients are minimax fits of relative error (iteratively reweighted least squares over
 * Chebyshev nodes), rounded to float32 one by one, each time with the rest fitted again. u is 2⁻²⁴, half a unit in the last place
 * of 1. docs/kernels.md, "Operations beside convolution", says how many units in the last place each function is wrong by.
 */

import { madd } from "./simd";

/** All lanes' sign bits. */
@inline
function signs(): v128 {
  return i32x4.splat(<i32>0x80000000);
}

/**
 * `exp(high + low)` for `high` <= 0 and a small `low`, of which `high` may be exact where the sum would not be.
 *
 * With n the integer next to (high + low)/ln 2, the result is 2ⁿ·exp(r) for |r| <= ln(2)/2, and exp(r) = 1 + r + r²·q(r) within
 * 0.06 u. ln 2 is the sum of 355/512, by which n can be multiplied without error, and a rest. Results may be subnormal, so 2ⁿ
 * is multiplied in two halves, neither of which is. NaN stays NaN.
 */
@inline
function expSum(high: v128, low: v128): v128 {
  // exp(-104) is rounded to 0.
  const x = f32x4.pmax(high, f32x4.splat(-104));
  // Adding 1.5·2²³ rounds to an integer, which is then in the lowest bits.
  const shift = f32x4.splat(12582912);
  const shifted = madd(f32x4.add(x, low), f32x4.splat(1.44269504), shift);
  const n = f32x4.sub(shifted, shift);
  let r = madd(n, f32x4.splat(-0.693359375), x);
  r = f32x4.add(madd(n, f32x4.splat(0.00021219444), r), low);
  let q = f32x4.splat(0.001382044400088489);
  q = madd(q, r, f32x4.splat(0.00836925022304058));
  q = madd(q, r, f32x4.splat(0.04166828468441963));
  q = madd(q, r, f32x4.splat(0.16666516661643982));
  q = madd(q, r, f32x4.splat(0.4999999403953552));
  const y = f32x4.add(f32x4.splat(1), madd(f32x4.mul(r, r), q, r));
  const power = i32x4.sub(shifted, shift);
  const half = i32x4.shr_s(power, 1);
  return f32x4.mul(f32x4.mul(y, powerOfTwo(half)), powerOfTwo(i32x4.sub(power, half)));
}

/** 2 to the power of each integer, which is between -126 and 127. */
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.add(i32x4.shl(n, 23), f32x4.splat(1));
}

/** `exp(x)` for x <= 0. */
@inline
export function expOfNegative(x: v128): v128 {
  return expSum(x, f32x4.splat(0));
}

/** `1/(1 + exp(-x))`, as e/(1 + e) below 0, with e = exp(-|x|): nothing overflows, and small results keep their digits. */
export function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1);
  const e = expOfNegative(v128.or(x, signs()));
  return f32x4.div(v128.bitselect(e, one, f32x4.lt(x, f32x4.splat(0))), f32x4.add(one, e));
}

/**
 * x + x³·p(x²) within 0.08 u up to 0.625, so that a small x is its own result. Above, (1 - e)/(1 + e) with e = exp(-2|x|), which is
 * at most 0.29 there, so that 1 - e has no cancellation. The sign is that of x, also of a zero.
 */
export function tanh(x: v128): v128 {
  const one = f32x4.splat(1);
  const t = f32x4.abs(x);
  const z = f32x4.mul(t, t);
  let p = f32x4.splat(-0.005697345826774836);
  p = madd(p, z, f32x4.splat(0.02063172310590744));
  p = madd(p, z, f32x4.splat(-0.05373726785182953));
  p = madd(p, z, f32x4.splat(0.1333141028881073));
  p = madd(p, z, f32x4.splat(-0.3333328068256378));
  const small = madd(f32x4.mul(t, z), p, t);
  const e = expOfNegative(f32x4.mul(t, f32x4.splat(-2)));
  const large = f32x4.div(f32x4.sub(one, e), f32x4.add(one, e));
  return v128.or(v128.bitselect(small, large, f32x4.lt(t, f32x4.splat(0.625))), v128.and(x, signs()));
}

/**
 * `x·sigmoid(w)`. With h = exp(-|w|/2), sigmoid(w) is 1/(1 + h²) or h²/(1 + h²). In the latter case x is multiplied between the
 * two: h² may be subnormal, with few digits, where the result is not.
 */
@inline
function gated(x: v128, w: v128): v128 {
  const one = f32x4.splat(1);
  const h = expOfNegative(f32x4.mul(v128.or(w, signs()), f32x4.splat(0.5)));
  const c = v128.bitselect(h, one, f32x4.lt(w, f32x4.splat(0)));
  return f32x4.mul(f32x4.mul(x, c), f32x4.div(c, madd(h, h, one)));
}

/** `x·sigmoid(x)`. */
export function silu(x: v128): v128 {
  return gated(x, x);
}

/**
 * x times the normal distribution function F(x) = erfc(-x/√2)/2. Below 0, F(x) = exp(-x²/2)·m(|x|), where (1 + t)·m(t) is a polynomial
 * of (t - 4)/(t + 4) within 0.3 u up to 14.6, beyond which x·F(x) is rounded to 0; above, it is 1 - F(-x). x² is the exact square of
 * its upper twelve bits and the rest: rounded, it would be wrong by up to half a unit, which exp would make u·x² of the result, up
 * to 100 units. As in `gated`, x is multiplied between the two halves of the exponential.
 */
export function gelu(x: v128): v128 {
  const one = f32x4.splat(1);
  // The exponential of 32 is 0; infinity would become NaN below.
  const t = f32x4.pmin(f32x4.abs(x), f32x4.splat(32));
  const upper = v128.and(t, i32x4.splat(<i32>0xfffff000));
  const high = f32x4.mul(f32x4.mul(upper, upper), f32x4.splat(-0.25));
  const low = f32x4.mul(f32x4.mul(f32x4.sub(t, upper), f32x4.add(t, upper)), f32x4.splat(-0.25));
  const four = f32x4.splat(4);
  const v = f32x4.div(f32x4.sub(t, four), f32x4.add(t, four));
  let m = f32x4.splat(-9.938961738953367e-5);
  m = madd(m, v, f32x4.splat(-0.00012741646787617356));
  m = madd(m, v, f32x4.splat(0.000666038366034627));
  m = madd(m, v, f32x4.splat(-0.0002623553737066686));
  m = madd(m, v, f32x4.splat(-0.004976070951670408));
  m = madd(m, v, f32x4.splat(0.01793229952454567));
  m = madd(m, v, f32x4.splat(-0.03220438212156296));
  m = madd(m, v, f32x4.splat(0.02860049344599247));
  m = madd(m, v, f32x4.splat(0.014000153169035912));
  m = madd(m, v, f32x4.splat(-0.09670347720384598));
  m = madd(m, v, f32x4.splat(0.472053200006485));
  const h = expSum(high, low);
  const f = f32x4.div(f32x4.mul(h, m), f32x4.add(one, t));
  const below = f32x4.mul(f32x4.mul(x, h), f);
  const above = f32x4.mul(x, f32x4.sub(one, f32x4.mul(h, f)));
  return v128.bitselect(below, above, f32x4.lt(x, f32x4.splat(0)));
}

/** x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))), as x·sigmoid(w) with w twice the argument of tanh, which has no cancellation below 0. */
export function geluTanh(x: v128): v128 {
  return gated(x, f32x4.mul(x, madd(f32x4.mul(x, x), f32x4.splat(0.07135481627), f32x4.splat(1.5957691216))));
}

/**
 * Functions of four numbers at once. Coefficients are minimax fits of relative error (iteratively reweighted least squares over
 * Chebyshev nodes). They are rounded to float32 one by one, and after each rounding the others are fitted again. u is 2⁻²⁴, half a
 * unit in the last place of 1. docs/kernels.md, "Operations beside convolution", has the error of each function.
 *
 * Each function takes the address of its constants. The caller writes them with `writeConstants`. If a constant is in the code, an
 * engine makes it again at each use, with three instructions. From memory, one instruction fills all lanes.
 */

import { madd } from "./simd";

/** Offsets in bytes of the constants that several functions use. */
const ONE = 0;
const HALF = 4;
const SIGN = 8;
/** Offsets of the constants of `exp`. */
const LEAST = 12;
const SHIFT = 16;
const LOG2_E = 20;
const LN_2 = 24;
const LN_2_REST = 28;
const BIAS = 32;
const UNBIAS = 36;
const EXP = 40;
/** Offsets of the constants of `tanh`. */
const BEND = 60;
const TANH = 64;
/** Offsets of the constants of `gelu`. */
const FAR = 84;
const UPPER = 88;
const QUARTER = 92;
const FOUR = 96;
const GELU = 100;

/** The size of the constants in bytes. src/operations/function-codes.ts has the same number. */
export const CONSTANT_BYTES: usize = 192;

export function writeConstants(at: usize): void {
  f32.store(at, 1, ONE);
  f32.store(at, 0.5, HALF);
  i32.store(at, <i32>0x80000000, SIGN);
  // exp(-104) is rounded to 0.
  f32.store(at, -104, LEAST);
  // Adding 1.5·2²³ rounds to an integer, and the lowest bits then hold this integer.
  f32.store(at, 12582912, SHIFT);
  f32.store(at, 1.44269504, LOG2_E);
  // ln 2 is the sum of 355/512 and a rest. n times 355/512 has no error.
  f32.store(at, -0.693359375, LN_2);
  f32.store(at, 0.00021219444, LN_2_REST);
  // 2⁶⁴ and 2⁻⁶⁴.
  f32.store(at, 1.8446744073709552e19, BIAS);
  f32.store(at, 5.421010862427522e-20, UNBIAS);
  f32.store(at, 0.001382044400088489, EXP);
  f32.store(at, 0.00836925022304058, EXP + 4);
  f32.store(at, 0.04166828468441963, EXP + 8);
  f32.store(at, 0.16666516661643982, EXP + 12);
  f32.store(at, 0.4999999403953552, EXP + 16);
  f32.store(at, 0.625, BEND);
  f32.store(at, -0.005697345826774836, TANH);
  f32.store(at, 0.02063172310590744, TANH + 4);
  f32.store(at, -0.05373726785182953, TANH + 8);
  f32.store(at, 0.1333141028881073, TANH + 12);
  f32.store(at, -0.3333328068256378, TANH + 16);
  // Larger arguments are clamped to 32, where the exponential is 0 already. Infinity would become NaN.
  f32.store(at, 32, FAR);
  i32.store(at, <i32>0xfffff000, UPPER);
  f32.store(at, -0.25, QUARTER);
  f32.store(at, 4, FOUR);
  f32.store(at, -9.938961738953367e-5, GELU);
  f32.store(at, -0.00012741646787617356, GELU + 4);
  f32.store(at, 0.000666038366034627, GELU + 8);
  f32.store(at, -0.0002623553737066686, GELU + 12);
  f32.store(at, -0.004976070951670408, GELU + 16);
  f32.store(at, 0.01793229952454567, GELU + 20);
  f32.store(at, -0.03220438212156296, GELU + 24);
  f32.store(at, 0.02860049344599247, GELU + 28);
  f32.store(at, 0.014000153169035912, GELU + 32);
  f32.store(at, -0.09670347720384598, GELU + 36);
  f32.store(at, 0.472053200006485, GELU + 40);
}

/** A constant in all lanes. */
@inline
function constant(constants: usize, offset: usize): v128 {
  return v128.load32_splat(constants + offset);
}

/** 1.5·2²³ plus the integer n nearest to `x`/ln 2. */
@inline
function exponent(x: v128, constants: usize): v128 {
  return madd(x, constant(constants, LOG2_E), constant(constants, SHIFT));
}

/** `x` - n·ln 2. */
@inline
function remainder(x: v128, shifted: v128, constants: usize): v128 {
  const n = f32x4.sub(shifted, constant(constants, SHIFT));
  return madd(n, constant(constants, LN_2_REST), madd(n, constant(constants, LN_2), x));
}

/**
 * 2ⁿ·exp(r) for |r| <= ln(2)/2, where exp(r) = 1 + r + r²·q(r) within 0.06 u. Results may be subnormal, but 2ⁿ must not be. So the
 * product is first computed 2⁶⁴ times as large. NaN stays NaN.
 */
@inline
function scaledExp(r: v128, shifted: v128, constants: usize): v128 {
  let q = constant(constants, EXP);
  q = madd(q, r, constant(constants, EXP + 4));
  q = madd(q, r, constant(constants, EXP + 8));
  q = madd(q, r, constant(constants, EXP + 12));
  q = madd(q, r, constant(constants, EXP + 16));
  const y = f32x4.add(constant(constants, ONE), madd(f32x4.mul(r, r), q, r));
  // The shift removes the bits of 1.5·2²³ itself.
  const power = i32x4.add(i32x4.shl(shifted, 23), constant(constants, BIAS));
  return f32x4.mul(f32x4.mul(y, power), constant(constants, UNBIAS));
}

/** `exp(x)` for x <= 0. */
@inline
export function expOfNegative(x: v128, constants: usize): v128 {
  x = f32x4.pmax(x, constant(constants, LEAST));
  const shifted = exponent(x, constants);
  return scaledExp(remainder(x, shifted, constants), shifted, constants);
}

/** `1/(1 + exp(-x))`. Below 0 it is e/(1 + e) with e = exp(-|x|), so nothing overflows, and small results keep their digits. */
@inline
export function sigmoid(x: v128, constants: usize): v128 {
  const one = constant(constants, ONE);
  const e = expOfNegative(v128.or(x, constant(constants, SIGN)), constants);
  return f32x4.div(v128.bitselect(e, one, i32x4.shr_s(x, 31)), f32x4.add(one, e));
}

/**
 * tanh. Up to 0.625 it is x + x³·p(x²) within 0.08 u, so that a small x is its own result. Above 0.625 it is (1 - e)/(1 + e) with
 * e = exp(-2|x|). There e is at most 0.29, so 1 - e does not cancel. The result has the sign of x, also for a zero.
 */
export function tanh(x: v128, constants: usize): v128 {
  const one = constant(constants, ONE);
  const t = f32x4.abs(x);
  const z = f32x4.mul(t, t);
  let p = constant(constants, TANH);
  p = madd(p, z, constant(constants, TANH + 4));
  p = madd(p, z, constant(constants, TANH + 8));
  p = madd(p, z, constant(constants, TANH + 12));
  p = madd(p, z, constant(constants, TANH + 16));
  const small = madd(f32x4.mul(t, z), p, t);
  const e = expOfNegative(f32x4.neg(f32x4.add(t, t)), constants);
  const large = f32x4.div(f32x4.sub(one, e), f32x4.add(one, e));
  const either = v128.bitselect(small, large, f32x4.lt(t, constant(constants, BEND)));
  return v128.or(either, v128.and(x, constant(constants, SIGN)));
}

/**
 * `x·sigmoid(w)`. With h = exp(-|w|/2), sigmoid(w) is 1/(1 + h²) or h²/(1 + h²). In the second case x is multiplied between the two
 * factors h, because h² may be subnormal, with few digits, although the result is normal.
 */
@inline
function gated(x: v128, w: v128, constants: usize): v128 {
  const one = constant(constants, ONE);
  const h = expOfNegative(f32x4.mul(v128.or(w, constant(constants, SIGN)), constant(constants, HALF)), constants);
  const c = v128.bitselect(h, one, i32x4.shr_s(w, 31));
  return f32x4.mul(f32x4.mul(x, c), f32x4.div(c, madd(h, h, one)));
}

/** `x·sigmoid(x)`. */
@inline
export function silu(x: v128, constants: usize): v128 {
  return gated(x, x, constants);
}

/**
 * x times the normal distribution function F(x) = erfc(-x/√2)/2. Below 0, F(x) = exp(-x²/2)·m(|x|). There (1 + t)·m(t) is a
 * polynomial of (t - 4)/(t + 4), within 0.3 u up to t = 14.6. For larger t, x·F(x) is rounded to 0. Above 0, F(x) = 1 - F(-x). x² is
 * split into the exact square of its upper twelve bits and the rest. A rounded x² would have an error of up to half a unit, and exp
 * would make an error of u·x² of the result, up to 100 units. As in `gated`, x is multiplied between the two halves of the exponential.
 */
export function gelu(x: v128, constants: usize): v128 {
  const one = constant(constants, ONE);
  const t = f32x4.pmin(f32x4.abs(x), constant(constants, FAR));
  const upper = v128.and(t, constant(constants, UPPER));
  const quarter = constant(constants, QUARTER);
  const high = f32x4.pmax(f32x4.mul(f32x4.mul(upper, upper), quarter), constant(constants, LEAST));
  const low = f32x4.mul(f32x4.mul(f32x4.sub(t, upper), f32x4.add(t, upper)), quarter);
  const four = constant(constants, FOUR);
  const v = f32x4.div(f32x4.sub(t, four), f32x4.add(t, four));
  let m = constant(constants, GELU);
  m = madd(m, v, constant(constants, GELU + 4));
  m = madd(m, v, constant(constants, GELU + 8));
  m = madd(m, v, constant(constants, GELU + 12));
  m = madd(m, v, constant(constants, GELU + 16));
  m = madd(m, v, constant(constants, GELU + 20));
  m = madd(m, v, constant(constants, GELU + 24));
  m = madd(m, v, constant(constants, GELU + 28));
  m = madd(m, v, constant(constants, GELU + 32));
  m = madd(m, v, constant(constants, GELU + 36));
  m = madd(m, v, constant(constants, GELU + 40));
  const shifted = exponent(f32x4.add(high, low), constants);
  const h = scaledExp(f32x4.add(remainder(high, shifted, constants), low), shifted, constants);
  const f = f32x4.div(f32x4.mul(h, m), f32x4.add(one, t));
  const below = f32x4.mul(f32x4.mul(x, h), f);
  const above = f32x4.mul(x, f32x4.sub(one, f32x4.mul(h, f)));
  return v128.bitselect(below, above, i32x4.shr_s(x, 31));
}

/** x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))), computed as x·sigmoid(w), where w is twice the argument of tanh. This does not cancel below 0. */
export function geluTanh(x: v128, constants: usize): v128 {
  const w = f32x4.mul(x, madd(f32x4.mul(x, x), f32x4.splat(0.07135481627), f32x4.splat(1.5957691216)));
  return gated(x, w, constants);
}

/** What every micro-kernel shares: multiply-accumulate as this build has it, and the epilogue's store. */

/** `a * b + c`, rounded once or twice: relaxed SIMD leaves that to the machine, and is fused where it can be. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** Clamps to `[lo, hi]`. Pseudo-minimum and -maximum are one instruction each, and with `x` first they keep its NaN. */
@inline
export function clamp(x: v128, lo: v128, hi: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, lo), hi);
}

/** Stores the first `count` lanes of `x`, for 1 <= count; 4 and more store all. */
@inline
export function storeLanes(at: usize, x: v128, count: i32): void {
  if (count >= 4) {
    v128.store(at, x);
    return;
  }
  if (count & 2) {
    v128.store64_lane(at, x, 0);
    at += 8;
    x = v128.shuffle<i32>(x, x, 2, 3, 2, 3);
  }
  if (count & 1) v128.store32_lane(at, x, 0);
}

/** Copies `count` lanes, whole vectors first; reads up to three lanes more. */
export function copyLanes(to: usize, from: usize, count: i32): void {
  for (; count > 0; count -= 4) {
    storeLanes(to, v128.load(from), count);
    to += 16;
    from += 16;
  }
}

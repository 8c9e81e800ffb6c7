/** Functions that every micro-kernel uses: this build's multiply-accumulate, and the stores of the epilogue. */

/** `a * b + c`. With relaxed SIMD the machine decides whether it rounds once or twice, and most machines fuse the two operations. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** Clamps to `[lo, hi]`. Pseudo-minimum and pseudo-maximum are one instruction each. With `x` first they keep a NaN of `x`. */
@inline
export function clamp(x: v128, lo: v128, hi: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, lo), hi);
}

/** Stores the first `count` lanes of `x`, for 1 <= count. A count of 4 or more stores all lanes. */
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

/** Copies `count` lanes, whole vectors first. It may read up to three lanes past the end. */
export function copyLanes(to: usize, from: usize, count: i32): void {
  for (; count > 0; count -= 4) {
    storeLanes(to, v128.load(from), count);
    to += 16;
    from += 16;
  }
}

/**
 * As many multiply-adds as an engine can do: chains that do not depend on each other, without loads and stores between
 * steps. 12 chains stay in the 16 registers of x64. 24 chains stay in the 32 registers of ARM64, or in 12 registers of
 * twice the width.
 *
 * Each function does `steps` steps of every chain. The chains are at `y`, 16 bytes each, and the factors at `k`.
 */

/**
 * One step of a chain: `m * c + x` as one fused operation in the build with relaxed SIMD, and `x * m + c` as two
 * operations in the other build.
 */
@inline
function step(x: v128, m: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(m, c, x) : f32x4.add(f32x4.mul(x, m), c);
}

export function peak12(k: usize, y: usize, steps: i32): void {
  const m0 = v128.load(k, 0);
  const c0 = v128.load(k, 32);
  let a0 = v128.load(y, 0);
  let a1 = v128.load(y, 16);
  let a2 = v128.load(y, 32);
  let a3 = v128.load(y, 48);
  let a4 = v128.load(y, 64);
  let a5 = v128.load(y, 80);
  let a6 = v128.load(y, 96);
  let a7 = v128.load(y, 112);
  let a8 = v128.load(y, 128);
  let a9 = v128.load(y, 144);
  let a10 = v128.load(y, 160);
  let a11 = v128.load(y, 176);
  for (; steps > 0; steps--) {
    a0 = step(a0, m0, c0);
    a1 = step(a1, m0, c0);
    a2 = step(a2, m0, c0);
    a3 = step(a3, m0, c0);
    a4 = step(a4, m0, c0);
    a5 = step(a5, m0, c0);
    a6 = step(a6, m0, c0);
    a7 = step(a7, m0, c0);
    a8 = step(a8, m0, c0);
    a9 = step(a9, m0, c0);
    a10 = step(a10, m0, c0);
    a11 = step(a11, m0, c0);
  }
  v128.store(
    y,
    f32x4.add(
      f32x4.add(f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)), f32x4.add(f32x4.add(a4, a5), f32x4.add(a6, a7))),
      f32x4.add(f32x4.add(a8, a9), f32x4.add(a10, a11)),
    ),
  );
}

/** The chains end in one sum, so no two stores stand beside each other. An engine joins operations from such pairs of stores. */
export function peak24(k: usize, y: usize, steps: i32): void {
  run24(k, y, steps, false);
}

/**
 * The same chains in 12 pairs. The loads, factors and stores of a pair lie 16 bytes apart at one address. V8's
 * revectorizer joins such pairs to 256 bits if it is on. Without it they are as many operations of 128 bits.
 */
export function peak24Pairs(k: usize, y: usize, steps: i32): void {
  run24(k, y, steps, true);
}

@inline
function run24(k: usize, y: usize, steps: i32, pairs: bool): void {
  const m0 = v128.load(k, 0);
  const m1 = pairs ? v128.load(k, 16) : m0;
  const c0 = v128.load(k, 32);
  const c1 = pairs ? v128.load(k, 48) : c0;
  let a0 = v128.load(y, 0);
  let a1 = v128.load(y, 16);
  let a2 = v128.load(y, 32);
  let a3 = v128.load(y, 48);
  let a4 = v128.load(y, 64);
  let a5 = v128.load(y, 80);
  let a6 = v128.load(y, 96);
  let a7 = v128.load(y, 112);
  let a8 = v128.load(y, 128);
  let a9 = v128.load(y, 144);
  let a10 = v128.load(y, 160);
  let a11 = v128.load(y, 176);
  let a12 = v128.load(y, 192);
  let a13 = v128.load(y, 208);
  let a14 = v128.load(y, 224);
  let a15 = v128.load(y, 240);
  let a16 = v128.load(y, 256);
  let a17 = v128.load(y, 272);
  let a18 = v128.load(y, 288);
  let a19 = v128.load(y, 304);
  let a20 = v128.load(y, 320);
  let a21 = v128.load(y, 336);
  let a22 = v128.load(y, 352);
  let a23 = v128.load(y, 368);
  for (; steps > 0; steps--) {
    a0 = step(a0, m0, c0);
    a1 = step(a1, m1, c1);
    a2 = step(a2, m0, c0);
    a3 = step(a3, m1, c1);
    a4 = step(a4, m0, c0);
    a5 = step(a5, m1, c1);
    a6 = step(a6, m0, c0);
    a7 = step(a7, m1, c1);
    a8 = step(a8, m0, c0);
    a9 = step(a9, m1, c1);
    a10 = step(a10, m0, c0);
    a11 = step(a11, m1, c1);
    a12 = step(a12, m0, c0);
    a13 = step(a13, m1, c1);
    a14 = step(a14, m0, c0);
    a15 = step(a15, m1, c1);
    a16 = step(a16, m0, c0);
    a17 = step(a17, m1, c1);
    a18 = step(a18, m0, c0);
    a19 = step(a19, m1, c1);
    a20 = step(a20, m0, c0);
    a21 = step(a21, m1, c1);
    a22 = step(a22, m0, c0);
    a23 = step(a23, m1, c1);
  }
  if (!pairs) {
    v128.store(
      y,
      f32x4.add(
        f32x4.add(
          f32x4.add(f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)), f32x4.add(f32x4.add(a4, a5), f32x4.add(a6, a7))),
          f32x4.add(
            f32x4.add(f32x4.add(a8, a9), f32x4.add(a10, a11)),
            f32x4.add(f32x4.add(a12, a13), f32x4.add(a14, a15)),
          ),
        ),
        f32x4.add(
          f32x4.add(f32x4.add(a16, a17), f32x4.add(a18, a19)),
          f32x4.add(f32x4.add(a20, a21), f32x4.add(a22, a23)),
        ),
      ),
    );
    return;
  }
  v128.store(y, a0, 0);
  v128.store(y, a1, 16);
  v128.store(y, a2, 32);
  v128.store(y, a3, 48);
  v128.store(y, a4, 64);
  v128.store(y, a5, 80);
  v128.store(y, a6, 96);
  v128.store(y, a7, 112);
  v128.store(y, a8, 128);
  v128.store(y, a9, 144);
  v128.store(y, a10, 160);
  v128.store(y, a11, 176);
  v128.store(y, a12, 192);
  v128.store(y, a13, 208);
  v128.store(y, a14, 224);
  v128.store(y, a15, 240);
  v128.store(y, a16, 256);
  v128.store(y, a17, 272);
  v128.store(y, a18, 288);
  v128.store(y, a19, 304);
  v128.store(y, a20, 320);
  v128.store(y, a21, 336);
  v128.store(y, a22, 352);
  v128.store(y, a23, 368);
}

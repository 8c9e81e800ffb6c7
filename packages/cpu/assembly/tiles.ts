/** Which tile this build uses. The measurements behind the choice are in docs/kernels.md, "Tiles". */

import { IgemmPlan } from "./igemm";
import { igemm4x8 } from "./ukernels/f32-igemm-4x8";
import { igemm6x8 } from "./ukernels/f32-igemm-6x8";

/** With fused multiply-add a 6x8 tile fits in 16 registers; with separate ones it spills, and 4x8 is faster. */
export const WIDE_MR: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;
export const WIDE_NR: i32 = 8;

/** For groups of at most four output channels, where half of a panel of eight would be padding. */
export const NARROW_MR: i32 = 8;
export const NARROW_NR: i32 = 4;

@inline
export function igemmWideTile(
  plan: IgemmPlan,
  base: usize,
  positions: usize,
  w: usize,
  c: usize,
  residual: usize,
  mr: i32,
  nr: i32,
): void {
  if (ASC_FEATURE_RELAXED_SIMD) igemm6x8(plan, base, positions, w, c, residual, mr, nr);
  else igemm4x8(plan, base, positions, w, c, residual, mr, nr);
}

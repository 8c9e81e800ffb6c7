/**
 * The exports of the build without relaxed SIMD: tiles for engines that keep eight accumulators in registers. An engine without
 * relaxed SIMD has no fused multiply-add, and does not keep more. src/kernel-set.ts has the same list in TypeScript.
 */

export { bilinear } from "./bilinear";
export { clearRows } from "./clear";
export { copyRuns } from "./copy-runs";
export {
  depthwise,
  depthwise3x3s1_4x4,
  depthwise3x3s1m2_4x8,
  depthwise3x3s2_1x8,
  depthwise5x5s1_4x4,
  depthwise5x5s2_2x4,
} from "./dwconv";
export { elementwise } from "./elementwise";
export { grouped3_4x4 } from "./grouped";
export { igemm1x32, igemm4x8, igemm8x4 } from "./igemm";
export { groupNorm, layerNorm } from "./normalize";
export { pool } from "./pool";
export { softmax } from "./softmax";
export { toNchw, toNhwc } from "./transpose";
export { transposes } from "./transposes";
export { winogradBlocks4x8, winogradMultiply4x8, winogradTransform } from "./winograd";

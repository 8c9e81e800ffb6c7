/**
 * The exports of the build with relaxed SIMD: tiles for every engine that has relaxed SIMD. src/kernel-set.ts has the same list in
 * TypeScript. A module has no globals and no static data.
 */

export { bilinear } from "./bilinear";
export { clearRows } from "./clear";
export { copyRuns } from "./copy-runs";
export {
  depthwise,
  depthwise3x3s1_4x8,
  depthwise3x3s1_4x4,
  depthwise3x3s1m2_4x8,
  depthwise3x3s2_2x16,
  depthwise3x3s2_1x8,
  depthwise5x5s1_4x8,
  depthwise5x5s1_4x4,
  depthwise5x5s2_4x8,
  depthwise5x5s2_2x4,
} from "./dwconv";
export { elementwise } from "./elementwise";
export { grouped3_4x4, grouped3_4x8 } from "./grouped";
export { igemm1x32, igemm4x8, igemm6x16, igemm6x8, igemm8x4 } from "./igemm";
export { groupNorm, layerNorm } from "./normalize";
export { pool } from "./pool";
export { softmax } from "./softmax";
export { toNchw, toNhwc } from "./transpose";
export { transposes } from "./transposes";
export {
  winogradBlocks4x8,
  winogradBlocks6x16,
  winogradBlocks6x8,
  winogradMultiply4x8,
  winogradMultiply6x16,
  winogradMultiply6x8,
  winogradTransform,
} from "./winograd";

/** The module's exports: see src/wasm-build.ts for the same list in TypeScript. It has no globals and no static data. */

export { clearRows } from "./clear";
export { depthwise, depthwise3x3 } from "./dwconv";
export { igemm4x8, igemm6x8, igemm8x4 } from "./igemm";

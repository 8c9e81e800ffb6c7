/** The module's exports: see src/kernels.ts for the same list in TypeScript. It has no globals and no static data. */

export { depthwise, depthwise3x3 } from "./dwconv";
export { igemmNarrow, igemmWide } from "./igemm";
export { NARROW_MR, NARROW_NR, WIDE_MR, WIDE_NR } from "./tiles";

/**
 * The probes of the roofline. src/engine/roofline/probe-kernels.ts has the same list in TypeScript. The module has no
 * globals and no static data.
 */

export { peak12, peak24, peak24Pairs } from "./peak";
export { sum } from "./sum";

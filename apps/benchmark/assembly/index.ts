/** The roofline's probes: see src/roofline/probe-kernels.ts for the same list in TypeScript. No globals, no static data. */

export { peak12, peak24, peak24Pairs } from "./peak";
export { sum } from "./sum";

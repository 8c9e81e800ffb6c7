/** The engine, as a terminal and a page begin with it; its other files are imported by their names. */

export { compare, type CompareHost } from "./compare.js";
export type { CompareReport } from "./compare-report.js";
export { foldEvent } from "./fold-events.js";

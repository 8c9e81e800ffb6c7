/** The entry of the engine for a terminal and a page. They import its other files by their names. */

export { compare, type CompareHost } from "./compare.js";
export type { CompareReport } from "./compare-report.js";
export { foldEvent } from "./fold-events.js";

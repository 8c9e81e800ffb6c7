/** The engine, as a terminal and a page import it. */

export { compare, type CompareHost } from "./compare.js";
export { type CompareEvent, type Phase, PHASES } from "./compare-events.js";
export type { ComparePlan, WorkloadChoice } from "./compare-plan.js";
export * from "./compare-report.js";
export { foldEvent, rankedBackends } from "./fold-events.js";
export { compareRatio } from "./paired-ratio.js";
export { describeWinner } from "./winner.js";
export { describeWarnings, isNoisy } from "./warnings.js";
export { parseReport, ReportError } from "./parse-report.js";

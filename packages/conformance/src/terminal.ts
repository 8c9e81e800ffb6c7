/**
 * @convene/conformance/terminal: the code that Convene's commands share. It is for the `convene` command of
 * `@convene/benchmark` only, and may change in any release.
 *
 * @packageDocumentation
 */

export { type Colors, createColors } from "./terminal/colors.js";
export { complain, endWith, EXIT } from "./terminal/complain.js";
export { type Io, type Output, printLine, printProse, processIo } from "./terminal/io.js";
export { isModuleName, loadFactory, LOADING_LIMIT, NoModuleError } from "./terminal/load-factory.js";
export { printSuites, type ToldCase } from "./terminal/print-suites.js";
export { createProgress, describeSuite, type Progress } from "./terminal/progress.js";
export { readSuites } from "./terminal/read-suites.js";
export { runProcess } from "./terminal/run-process.js";
export { checkApart, saveTo } from "./terminal/save.js";
export { type Column, fitTable, formatTable, type Row, tableWidth } from "./terminal/table.js";
export { DEFAULT_SEED } from "./random-source.js";
export { escapeMarkup } from "./report/escape.js";
export { toJson } from "./report/json.js";
export { packageVersion } from "./terminal/version.js";
export { visibleLength, wrap } from "./terminal/wrap.js";

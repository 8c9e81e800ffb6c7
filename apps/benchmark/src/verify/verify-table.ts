/** The table of checks, and what is to be said of those that failed. */

import type { Colors } from "../io.js";
import { formatCount, formatErrorRatio, formatSeconds } from "../report/format.js";
import { type Column, formatTable } from "../report/table.js";
import type { TallyResult } from "./tally.js";

const COLUMNS: readonly Column[] = [
  { title: "check" },
  { title: "backend" },
  { title: "passed", align: "right" },
  { title: "failed", align: "right" },
  { title: "untrusted", align: "right" },
  { title: "skipped", align: "right" },
  { title: "worst error", align: "right" },
  { title: "time", align: "right" },
];

export function verifyTable(results: readonly TallyResult[], colors: Colors): readonly string[] {
  const some = (count: number, color: (text: string) => string): string =>
    count === 0 ? colors.dim("0") : color(formatCount(count));
  const rows = results.map(({ check, backend, counts, worstRatio, milliseconds }) => [
    check,
    backend,
    formatCount(counts.passed),
    some(counts.failed, colors.red),
    some(counts.untrusted, colors.yellow),
    some(counts.skipped, colors.yellow),
    worstRatio === undefined ? "exact" : formatErrorRatio(worstRatio),
    formatSeconds(milliseconds),
  ]);
  return formatTable(COLUMNS, rows, colors);
}

/** A backend that is wrong is wrong often: the table has the count, these are the first of each row. */
const SHOWN = 5;

export function describeFailures(results: readonly TallyResult[], colors: Colors): readonly string[] {
  return results.flatMap(({ check, backend, failures }) => {
    const shown = failures.slice(0, SHOWN);
    const more = failures.length - shown.length;
    return [
      ...shown.flatMap(({ case: name, message, rerun }) => [
        `${colors.red("failed")} ${check}, ${backend}: ${colors.bold(name)}`,
        `  ${message}`,
        `  again: ${rerun}`,
      ]),
      ...(more > 0 ? [`  and ${formatCount(more)} more of ${check}, ${backend}; --json <file> has them all`] : []),
    ];
  });
}

export function describeDoubts(results: readonly TallyResult[]): readonly string[] {
  return results.flatMap(({ check, backend, untrusted, skipped }) => [
    ...untrusted.map((name) => `untrusted ${check}, ${backend}: ${name}: nearly every output is zero or clamped`),
    ...skipped.map(({ case: name, reason }) => `skipped ${check}, ${backend}: ${name}: ${reason}`),
  ]);
}

/** The report of `convene-conformance`: what ran on which backend, the suites, and how many cases passed. */

import type { ReportDetails } from "../report/summary.js";
import { formatCount, plural } from "../report/format.js";
import { summarizeSuites } from "../report/summary.js";
import type { ConformanceReport } from "../run-conformance.js";
import type { Colors } from "../terminal/colors.js";
import { type Io, printLine, printProse } from "../terminal/io.js";
import { printSuites } from "../terminal/print-suites.js";

export function printReport(io: Io, report: ConformanceReport, details: ReportDetails): void {
  const { colors } = io;
  const { results, diagnosis } = report;
  const { rerun } = details;
  printProse(
    io,
    `${colors.bold(report.backend)}  ${report.device}  ${colors.dim(`accuracy ${report.accuracy}, seed ${report.seed}`)}`,
    2,
  );
  printLine(io);
  printSuites(io, {
    columns: [{ title: "suite" }, { title: "cases", align: "right" }],
    rows: summarizeSuites(results).map(({ suite, cases, ...row }) => ({
      ...row,
      cells: [suite, formatCount(cases)],
      exact: suite === "exact",
    })),
    findings: (diagnosis?.findings ?? []).map((finding) => ({ finding })),
    cases: results.map((result) => ({
      ...result,
      of: result.suite,
      rerun: result.status === "failed" ? rerun?.(result) : undefined,
    })),
    elsewhere: "--html and --json show them in full",
  });
  printProse(io, lastLine(report, details, colors), 2);
}

function lastLine(
  { counts, results }: ConformanceReport,
  { stopped, planned = results.length }: ReportDetails,
  { bold, green, red, yellow }: Colors,
): string {
  const whole =
    stopped === undefined
      ? ""
      : `; stopped after ${formatCount(results.length)} of ${plural(planned, "case")}: ${stopped}`;
  const others = (["skipped", "untrusted"] as const)
    .filter((status) => counts[status] > 0)
    .map((status) => `, ${formatCount(counts[status])} ${status}`)
    .join("");
  const text = `${formatCount(counts.passed)} passed, ${formatCount(counts.failed)} failed${others}${whole}`;
  return bold(counts.failed > 0 ? red(text) : stopped === undefined ? green(text) : yellow(text));
}

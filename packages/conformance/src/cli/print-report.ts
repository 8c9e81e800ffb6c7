/** The report on a terminal: counts per sub-suite, reasons, and every failure with what is needed to find its cause. */

import type { CaseStatus } from "../case.js";
import { describeFinding } from "../diagnosis/diagnosis.js";
import { describeFailure } from "../report/describe-failure.js";
import { groupFailures } from "../report/group-failures.js";
import { formatCount, formatDuration, formatRatio, plural } from "../report/format.js";
import { reasonsFor, type ReportDetails, summarizeSuites } from "../report/summary.js";
import type { CaseResult, ConformanceReport } from "../run-conformance.js";
import { type Colors, colorsOf, type Io, type Paint } from "./io.js";

/** Failures of a group that are shown whole; the others of the group say the same, and are counted. */
const MOST_WHOLE = 2;
/** Groups of a sub-suite that are shown; of each of the others a line is. */
const MOST_GROUPS = 5;
/** Cases that are named for a reason; the others are counted. */
const MOST_NAMED = 3;

export function printReport(io: Io, report: ConformanceReport, details: ReportDetails): void {
  const colors = colorsOf(io);
  const print = (line = ""): void => void io.stdout.write(`${line}\n`);
  const { results, diagnosis } = report;
  print(
    `${colors.bold(report.backend)}  ${report.device}  ${colors.dim(`accuracy ${report.accuracy}, seed ${report.seed}`)}`,
  );
  print();
  for (const [index, finding] of (diagnosis?.findings ?? []).entries()) {
    const [rule, ...rest] = describeFinding(finding);
    print(`${colors.red(`diagnosis ${index + 1}`)} ${colors.bold(rule!)}`);
    for (const line of rest) print(`  ${line}`);
    print();
  }
  for (const line of suiteTable(report, colors)) print(line);
  print();
  for (const status of ["skipped", "untrusted"] as const) {
    for (const { reason, names } of reasonsFor(status, results)) {
      const named = names.slice(0, MOST_NAMED).join("; ") + (names.length > MOST_NAMED ? "; ..." : "");
      print(`${colors.yellow(status)} ${plural(names.length, "case")}: ${reason} ${colors.dim(`(${named})`)}`);
    }
  }
  if (results.some(({ status }) => status === "skipped" || status === "untrusted")) print();
  for (const line of failureLines(results, details, colors)) print(line);
  print(lastLine(report, details, colors));
}

function suiteTable({ results }: ConformanceReport, { dim, red, yellow }: Colors): readonly string[] {
  const heads = ["suite", "cases", "passed", "failed", "skipped", "untrusted", "worst error/bound", "time"];
  const marks: Partial<Record<CaseStatus, Paint>> = { failed: red, skipped: yellow, untrusted: yellow };
  const suites = summarizeSuites(results);
  const rows = suites.map(({ suite, cases, counts, worstRatio, milliseconds }) => [
    suite,
    formatCount(cases),
    ...(["passed", "failed", "skipped", "untrusted"] as const).map((status) => formatCount(counts[status])),
    formatRatio(worstRatio),
    formatDuration(milliseconds),
  ]);
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[], paint: (text: string, column: number) => string): string =>
    cells
      .map((cell, column) => {
        const width = widths[column]!;
        return paint(column === 0 ? cell.padEnd(width) : cell.padStart(width), column);
      })
      .join("  ");
  return [
    line(heads, dim),
    ...rows.map((row) =>
      line(row, (text, column) => {
        const mark = marks[heads[column] as CaseStatus];
        return mark && row[column] !== "0" ? mark(text) : text;
      }),
    ),
  ];
}

function failureLines(
  results: readonly CaseResult[],
  { rerun }: ReportDetails,
  { bold, dim, red }: Colors,
): readonly string[] {
  const lines: string[] = [];
  const groups = groupFailures(results);
  const shown = new Map<string, number>();
  for (const { suite, failures } of groups) {
    const before = shown.get(suite) ?? 0;
    shown.set(suite, before + 1);
    const [first] = failures;
    if (before >= MOST_GROUPS) {
      const count = failures.length > 1 ? dim(` (and ${plural(failures.length - 1, "failure")} like this)`) : "";
      lines.push(`${red("failed")} ${suite} ${bold(first!.name)}: ${first!.message?.split("\n")[0]}${count}`);
      continue;
    }
    for (const failure of failures.slice(0, MOST_WHOLE)) {
      lines.push(`${red("failed")} ${suite} ${bold(failure.name)}`);
      lines.push(...describeFailure(failure, rerun?.(failure)).map((line) => `  ${line}`), "");
    }
    const more = failures.slice(MOST_WHOLE);
    if (more.length === 0) continue;
    const named = more.slice(0, MOST_NAMED).map(({ name }) => name);
    const rest = more.length > MOST_NAMED ? "; ..." : "";
    lines.push(
      dim(
        `${plural(more.length, "more failure")} of ${suite} like these (${named.join("; ")}${rest}); --html and --json have them whole`,
      ),
      "",
    );
  }
  if (lines.length > 0 && lines.at(-1) !== "") lines.push("");
  return lines;
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

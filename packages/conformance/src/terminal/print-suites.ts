/**
 * Prints the results of suites, on a terminal or in a pipe: the findings, a table, the reasons of cases that were not decided,
 * and the failures with the facts that help to find their cause.
 */

import type { CaseOutcome, CaseStatus } from "../case.js";
import { describeFinding, type Finding } from "../diagnosis/diagnosis.js";
import { describeFailure, type FailedCase } from "../report/describe-failure.js";
import { formatCount, formatDuration, formatRatio, plural } from "../report/format.js";
import { groupFailures } from "../report/group-failures.js";
import { reasonsFor } from "../report/summary.js";
import type { Colors, Paint } from "./colors.js";
import { type Io, printLine } from "./io.js";
import { type Column, fitTable } from "./table.js";
import { wrap } from "./wrap.js";

/** A row of the table: a suite, or a check on a backend. */
export interface SuiteRow {
  /** The cells of the first columns. */
  readonly cells: readonly string[];
  readonly counts: Readonly<Record<CaseStatus, number>>;
  /** The largest error / bound. `undefined` if none was measured. */
  readonly worstRatio: number | undefined;
  /** Whether each case has exactly one right answer, and no bound. */
  readonly exact: boolean;
  readonly milliseconds: number;
}

/** A case that has not passed. */
export interface ToldCase extends CaseOutcome, FailedCase {
  /** Its suite, or its check and its backend. */
  readonly of: string;
  readonly name: string;
  /** The command that runs the case again. */
  readonly rerun?: string | undefined;
}

/** A finding about several failures. */
export interface ToldFinding {
  /** The suite, or the check and the backend, if the reader cannot know it. */
  readonly of?: string;
  readonly finding: Finding;
}

/** The results of suites, in the form in which they are printed. */
export interface SuitesToPrint {
  /** The first columns of the table. They say what a row is about. */
  readonly columns: readonly Column[];
  readonly rows: readonly SuiteRow[];
  readonly findings: readonly ToldFinding[];
  readonly cases: readonly ToldCase[];
  /** A clause that says where the reader finds the failures that are only counted here, such as `--json shows them in full`. */
  readonly elsewhere: string;
}

/** The number of failures of a group that are shown in full. The others of the group say the same, and are counted. */
const MOST_WHOLE = 2;
/** The number of groups of a suite that are shown. Each of the others gets one line. */
const MOST_GROUPS = 5;
/** The number of cases that are named for a reason. The others are counted. */
const MOST_NAMED = 3;

/**
 * Prints results to `stdout`. Commands, drawings and places in files stay on one line at any width, so that the user can copy
 * them.
 */
export function printSuites(io: Pick<Io, "stdout" | "columns" | "colors">, suites: SuitesToPrint): void {
  const { columns: width, colors } = io;
  for (const block of [
    ...suites.findings.map((told, index) => findingLines(told, index + 1, colors, width)),
    suiteTable(suites, colors, width),
    reasonLines(suites.cases, colors, width),
    ...failureBlocks(suites, colors, width),
  ]) {
    for (const line of block) printLine(io, line);
    if (block.length > 0) printLine(io);
  }
}

const COUNTED = ["passed", "failed", "untrusted", "skipped"] as const satisfies readonly CaseStatus[];
const RIGHT = "right";

/** The lines of the table. If it is too wide, it loses the columns that have only zeros, and then the column of times. */
export function suiteTable(
  { columns, rows }: Pick<SuitesToPrint, "columns" | "rows">,
  colors: Colors,
  width: number | undefined,
): readonly string[] {
  if (rows.length === 0) return [];
  const paints: Readonly<Record<CaseStatus, Paint>> = {
    passed: (text) => text,
    failed: colors.red,
    untrusted: colors.yellow,
    skipped: colors.yellow,
  };
  const heads: readonly Column[] = [
    ...columns,
    ...[...COUNTED, "worst error", "time"].map((title) => ({ title, align: RIGHT }) as const),
  ];
  const cells = rows.map((row) => [
    ...row.cells,
    ...COUNTED.map((status) => {
      const count = row.counts[status];
      return (count === 0 && status !== "passed" ? colors.dim : paints[status])(formatCount(count));
    }),
    errorCell(row),
    formatDuration(row.milliseconds),
  ]);
  const empty = (["untrusted", "skipped"] as const).filter((key) => rows.every(({ counts }) => counts[key] === 0));
  return fitTable(heads, cells, [empty, ["time"]], colors, width);
}

/** The worst error of a row, or `-` if no error was measured. */
function errorCell({ exact, counts, worstRatio }: SuiteRow): string {
  if (worstRatio !== undefined) return formatRatio(worstRatio);
  return exact && counts.failed === 0 && counts.passed > 0 ? "exact" : "-";
}

function findingLines(
  { of, finding }: ToldFinding,
  index: number,
  { bold, red }: Colors,
  width: number | undefined,
): readonly string[] {
  const [rule = "", ...rest] = describeFinding(finding);
  const whose = of === undefined ? "" : `${of}: `;
  return [
    ...wrap(`${red(`diagnosis ${index}`)} ${whose}${bold(rule)}`, width, 2),
    ...rest.flatMap((line) => detail(line, width)),
  ];
}

/** The reasons of skipped and untrusted cases, each reason once. */
function reasonLines(
  cases: readonly ToldCase[],
  { dim, yellow }: Colors,
  width: number | undefined,
): readonly string[] {
  return (["skipped", "untrusted"] as const).flatMap((status) =>
    reasonsFor(status, cases, ({ of }) => of).flatMap(({ reason, names }) => {
      const named = names.slice(0, MOST_NAMED).join("; ") + (names.length > MOST_NAMED ? "; ..." : "");
      return wrap(`${yellow(status)} ${plural(names.length, "case")}: ${reason} ${dim(`(${named})`)}`, width, 2);
    }),
  );
}

/** A block for each failure that is shown. The failures with one line each are a block together. */
function failureBlocks(
  { cases, elsewhere }: SuitesToPrint,
  { bold, dim, red }: Colors,
  width: number | undefined,
): readonly (readonly string[])[] {
  const blocks: (readonly string[])[] = [];
  const brief: string[] = [];
  const shown = new Map<string, number>();
  const endBrief = (): void => void blocks.push(brief.splice(0));
  for (const { of, failures } of groupFailures(cases, (each) => each.of)) {
    const before = shown.get(of) ?? 0;
    shown.set(of, before + 1);
    const [first] = failures;
    if (before >= MOST_GROUPS) {
      const count = failures.length > 1 ? dim(` (and ${plural(failures.length - 1, "failure")} like this)`) : "";
      const text = `${red("failed")} ${of} ${bold(first!.name)}: ${first!.message?.split("\n")[0]}${count}`;
      brief.push(...wrap(text, width, 2));
      continue;
    }
    endBrief();
    for (const failure of failures.slice(0, MOST_WHOLE)) {
      blocks.push([
        ...wrap(`${red("failed")} ${of} ${bold(failure.name)}`, width, 2),
        ...describeFailure(failure, failure.rerun).flatMap((line) => detail(line, width)),
      ]);
    }
    const more = failures.slice(MOST_WHOLE);
    if (more.length === 0) continue;
    const named = more.slice(0, MOST_NAMED).map(({ name }) => name);
    const rest = more.length > MOST_NAMED ? "; ..." : "";
    const text = `${plural(more.length, "more failure")} of ${of} like these (${named.join("; ")}${rest}); ${elsewhere}`;
    blocks.push(wrap(text, width, 2).map(dim));
  }
  endBrief();
  return blocks;
}

/** Lines that are never wrapped: commands, drawings, and the lines below a label. */
const WHOLE = /^(run (alone|suite|both)|stack|plane|channels|smallest) {2}| {13}/;
/** The column in which the text behind a label begins. */
const TEXT = 15;

/** A line below the name of a case or a finding. Sentences are wrapped, and indented behind their label if they have one. */
function detail(line: string, width: number | undefined): readonly string[] {
  if (WHOLE.test(line)) return [`  ${line}`];
  const labelled = /^[a-z]+( [a-z]+)? {2,}|^likely cause /.test(line);
  return wrap(`  ${line}`, width, labelled && (width ?? 0) >= 4 * TEXT ? TEXT : 2);
}

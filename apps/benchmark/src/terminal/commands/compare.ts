/** `convene compare before.json after.json`: figures that became faster or slower between two runs of `bench`. */

import { InputError } from "@convene/conformance";
import type { CompareReport } from "../../engine/compare-report.js";
import { type Change, compareReports } from "../../engine/compare-reports.js";
import { describeEnvironment } from "../../engine/environment.js";
import { formatMilliseconds, formatRatio, plural } from "../../engine/format.js";
import { parseReport, ReportError } from "../../engine/parse-report.js";
import { fitTable, printLine, printProse } from "@convene/conformance/terminal";
import { readNamedFile } from "../files/read-file.js";
import type { Io } from "../io.js";

export interface CompareOptions {
  /** A limit in percent. If a figure became slower by more with certainty, the command fails. */
  readonly threshold?: number;
}

export const DEFAULT_THRESHOLD = 5;

export async function compareFiles(
  beforePath: string,
  afterPath: string,
  { threshold = DEFAULT_THRESHOLD }: CompareOptions,
  io: Io,
): Promise<number> {
  const [before, after] = [readReport(beforePath), readReport(afterPath)];
  const { changes, missing, added } = compareReports(before, after);
  const { dim, bold, green, red, yellow } = io.colors;
  if (changes.length + missing.length === 0) {
    throw new InputError(
      `${beforePath} and ${afterPath} have no layer on one backend in common; compare two runs of the same workload`,
    );
  }
  printProse(io, `${bold("before")}  ${describeEnvironment(before.environment)}, ${before.environment.date}`, 8);
  printProse(io, `${bold("after")}   ${describeEnvironment(after.environment)}, ${after.environment.date}`, 8);
  if (describeEnvironment(before.environment) !== describeEnvironment(after.environment)) {
    printProse(
      io,
      `${yellow("warning:")} the two were measured in different environments; what changed may be the machine`,
      2,
    );
  }
  printLine(io);
  const past = changes.filter((change) => isPast(change, threshold));
  const rows = changes.map((change) => {
    const { workload, subject, backend, ratio, word } = change;
    const paint = word === "slower" ? red : word === "faster" ? green : dim;
    const interval = ratio.interval ? `${formatRatio(ratio.interval.low)} to ${formatRatio(ratio.interval.high)}` : "";
    return [
      subject === "end to end" ? `${workload}, end to end` : subject,
      backend,
      formatMilliseconds(change.before),
      formatMilliseconds(change.after),
      formatRatio(ratio.value),
      interval,
      paint(isPast(change, threshold) ? `${word}, past ${threshold} %` : word),
    ];
  });
  const right = (title: string) => ({ title, align: "right" as const });
  const columns = [
    { title: "layer" },
    { title: "backend" },
    right("before"),
    right("after"),
    right("ratio"),
    { title: "interval" },
    { title: "" },
  ];
  for (const line of fitTable(columns, rows, [["interval"], ["before"]], io.colors, io.columns)) printLine(io, line);
  printLine(io);
  printProse(io, dim("ms: medians; ratio: after / before, more than 1 is slower; equal: the interval holds 1"));
  for (const each of missing) printProse(io, red(`missing: ${each} has a figure before, and none after`), 2);
  for (const each of added) printProse(io, dim(`new: ${each} has a figure after, and none before`), 2);
  const count = (word: Change["word"]): number => changes.filter((change) => change.word === word).length;
  const unsure = count("unknown") > 0 ? `, ${count("unknown")} with too few samples to tell` : "";
  const verdict =
    past.length > 0
      ? red(`${plural(past.length, "figure")} slower by more than ${threshold} %`)
      : green(`none slower by more than ${threshold} %`);
  printProse(
    io,
    `${bold(verdict)}; of ${plural(changes.length, "figure")} ${count("faster")} faster, ${count("slower")} slower, ${count("equal")} equal${unsure}.`,
    2,
  );
  return past.length > 0 || missing.length > 0 ? 1 : 0;
}

/** Whether a figure is slower by more than the threshold, even at the better end of its interval. */
function isPast({ ratio }: Change, threshold: number): boolean {
  return (ratio.interval?.low ?? 0) > 1 + threshold / 100;
}

function readReport(path: string): CompareReport {
  const text = String(readNamedFile(path));
  try {
    return parseReport(text);
  } catch (error) {
    if (error instanceof ReportError) throw new InputError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

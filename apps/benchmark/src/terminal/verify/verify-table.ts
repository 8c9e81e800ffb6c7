/** The table of checks, and what is to be said of those that failed. */

import { describeFinding, describeThrown } from "@convene/conformance";
import type { Colors } from "../io.js";
import { formatCount, formatErrorRatio, formatSeconds, plural } from "../../engine/format.js";
import { type Column, fitTable } from "../report/table.js";
import { wrap } from "../report/wrap.js";
import type { TallyResult } from "../../engine/verify/tally.js";

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

/** Where it is too wide, without the columns that are 0 all the way down, then without the time. */
export function verifyTable(
  results: readonly TallyResult[],
  colors: Colors,
  width: number | undefined,
): readonly string[] {
  const count = (cases: number, color: (text: string) => string): string =>
    cases === 0 ? colors.dim("0") : color(formatCount(cases));
  const rows = results.map((result) => [
    result.check,
    result.backend,
    formatCount(result.counts.passed),
    count(result.counts.failed, colors.red),
    count(result.counts.untrusted, colors.yellow),
    count(result.counts.skipped, colors.yellow),
    errorCell(result),
    formatSeconds(result.milliseconds),
  ]);
  const empty = (["untrusted", "skipped"] as const).filter((key) => results.every(({ counts }) => counts[key] === 0));
  return fitTable(COLUMNS, rows, [empty, ["time"]], colors, width);
}

/** `-` where nothing was measured. */
function errorCell({ exact, counts, worstRatio }: TallyResult): string {
  if (worstRatio !== undefined) return formatErrorRatio(worstRatio);
  return exact && counts.failed === 0 && counts.passed > 0 ? "exact" : "-";
}

/** A backend that is wrong is wrong often: the table has the count, these are the first of each row. */
const SHOWN = 5;

/** Commands, and places in files, stay on one line, whatever the width, so that they can be copied. */
export function describeFailures(
  results: readonly TallyResult[],
  colors: Colors,
  width: number | undefined,
): readonly string[] {
  return results.flatMap(({ check, backend, failures, findings = [] }) => [
    ...findings
      .map(describeFinding)
      .flatMap(([rule = "", ...rest], index) => [
        ...wrap(`${colors.red(`diagnosis ${index + 1}`)} ${check}, ${backend}: ${colors.bold(rule)}`, width, 2),
        ...rest.flatMap((line) => wrap(`  ${line}`, width, 2)),
      ]),
    ...failures.slice(0, SHOWN).flatMap(({ case: name, message, rerun, map = [], thrown }, index) => [
      ...wrap(`${colors.red("failed")} ${check}, ${backend}: ${colors.bold(name)}`, width, 2),
      ...wrap(`  ${message}`, width, 2),
      ...(thrown ? describeThrown(thrown).map((line) => `  ${line}`) : []),
      // One drawing shows the pattern.
      ...(index === 0 ? drawing(map, colors, width) : []),
      `  again: ${rerun}`,
    ]),
    ...andMore(failures.length, `${check}, ${backend}`, width),
  ]);
}

function drawing(map: readonly string[], colors: Colors, width: number | undefined): readonly string[] {
  if (map.length === 0) return [];
  const legend = "  the output's plane, over all channels: . right, + wrong in some, # wrong in all";
  return [...wrap(legend, width, 2).map(colors.dim), ...map.map((line) => `    ${line}`)];
}

/** What was not decided, each reason once. */
export function describeDoubts(
  results: readonly TallyResult[],
  colors: Colors,
  width: number | undefined,
): readonly string[] {
  return results.flatMap(({ check, backend, untrusted, skipped }) => {
    const lines = [
      ...(untrusted.length > 0
        ? [`untrusted ${check}, ${backend}: ${some(untrusted)}: nearly all zero or clamped`]
        : []),
      ...[...byReason(skipped)].map(([reason, names]) => `skipped ${check}, ${backend}: ${some(names)}: ${reason}`),
    ];
    return [
      ...lines.slice(0, SHOWN).flatMap((line) => wrap(line, width, 2).map(colors.yellow)),
      ...andMore(lines.length, `${check}, ${backend}`, width),
    ];
  });
}

function byReason(skipped: TallyResult["skipped"]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { case: name, reason } of skipped) {
    const names = found.get(reason);
    if (names) names.push(name);
    else found.set(reason, [name]);
  }
  return found;
}

/** The one case, or how many, and the first. */
function some(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${plural(names.length, "case")}, the first ${names[0]!}`;
}

function andMore(count: number, of: string, width: number | undefined): readonly string[] {
  if (count <= SHOWN) return [];
  return wrap(`  and ${formatCount(count - SHOWN)} more of ${of}; --json <file> has them all`, width, 2);
}

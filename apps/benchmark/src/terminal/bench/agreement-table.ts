/** The agreement of the backends before they were timed: a matrix of error / bound, and the places of faults. Pure. */

import { describeThrown } from "@convene/conformance";
import type { Agreement, CompareReport, Verdict } from "../../engine/compare-report.js";
import { formatErrorRatio, plural } from "../../engine/format.js";
import { type Colors, formatTable } from "@convene/conformance/terminal";

/** One backend and the reference as a sentence, or several backends as a matrix. */
export function agreementLines({ verification, backends }: CompareReport, colors: Colors): readonly string[] {
  const { agreement, state } = verification;
  if (state === "skipped" || agreement.length === 0) return [];
  const names = backends
    .map(({ name }) => name)
    .filter((name) => agreement.some(({ a, b }) => a === name || b === name));
  const find = (a: string, b: string | undefined): Agreement | undefined =>
    agreement.find((each) => (each.a === a && each.b === b) || (each.a === b && each.b === a));
  const compared = Math.max(...agreement.map((each) => each.compared));
  const head = [
    { title: "largest error / bound" },
    { title: "reference", align: "right" as const },
    ...names.slice(0, -1).map((title) => ({ title, align: "right" as const })),
  ];
  const rows = names.map((name, row) => [
    name,
    cell(find(name, undefined), colors),
    ...names.slice(0, -1).map((other, column) => (column < row ? cell(find(other, name), colors) : "")),
  ]);
  return [
    ...formatTable(head, rows, colors),
    colors.dim(
      `held to the float64 reference${names.length > 1 ? ", and to each other," : ""} on ${plural(compared, "problem")}; more than 1 is wrong`,
    ),
  ];
}

function cell(agreement: Agreement | undefined, colors: Colors): string {
  if (!agreement) return "-";
  const { worst, disagreed } = agreement;
  const text = worst === undefined ? (disagreed > 0 ? "wrong" : "-") : formatErrorRatio(worst);
  return disagreed > 0 ? colors.red(text) : text;
}

/** The number of failures that are shown completely. The others are counted. */
const SHOWN = 3;

/** The places of faults for each wrong backend: the first few, and the number of others. */
export function disagreementLines({ verification, workloads }: CompareReport, colors: Colors): readonly string[] {
  /** Whether the fault is shown below the table of layers anyway. */
  const isTold = (name: string, text: string): boolean =>
    workloads.some(({ layers }) =>
      layers.some(({ problem, failures }) => problem === text && failures.some(({ backend }) => backend === name)),
    );
  const bad = verification.verdicts.filter(
    ({ status, b, a, problem }) =>
      b === undefined && (status === "disagrees" || (status === "failed" && !isTold(a, problem))),
  );
  const names = [...new Set(bad.map(({ a }) => a))];
  return names.flatMap((name) => {
    const own = bad.filter(({ a }) => a === name);
    const more = own.length > SHOWN ? [`  and ${plural(own.length - SHOWN, "more problem")} on ${name}`] : [];
    return [...own.slice(0, SHOWN).flatMap((verdict) => verdictLines(verdict, colors)), ...more];
  });
}

function verdictLines({ a, problem, status, message = "", map, thrown }: Verdict, colors: Colors): readonly string[] {
  return [
    `${colors.red(status === "disagrees" ? "wrong" : "failed")} ${a} ${problem}: ${message}`,
    ...(map ?? []).map((line) => `    ${line}`),
    ...(thrown ? describeThrown(thrown).map((line) => `  ${line}`) : []),
  ];
}

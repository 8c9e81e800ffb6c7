/** A comparison as comma-separated values (RFC 4180), with a line for each figure. */

import type { CompareReport, Figure, WorkloadReport } from "../../engine/compare-report.js";

const COLUMNS = [
  "workload",
  "layer",
  "repeat",
  "backend",
  "median_ms",
  "q1_ms",
  "q3_ms",
  "samples",
  "gflops",
  "ratio",
  "ratio_low",
  "ratio_high",
  "prepare_ms",
  "first_ms",
  "call_ms",
  "roofline_share",
  "algorithm",
] as const;

/** The report as CSV. Numbers have a point, independent of the machine's locale. */
export function reportCsv({ workloads }: CompareReport): string {
  const lines = workloads.flatMap((workload) => figuresOf(workload).map((row) => row.map(field).join(",")));
  return [COLUMNS.join(","), ...lines, ""].join("\r\n");
}

type Cell = string | number | undefined;

function figuresOf({ name, layers, network }: WorkloadReport): readonly (readonly Cell[])[] {
  const row = (layer: string, repeat: number, figure: Figure): readonly Cell[] => [
    name,
    layer,
    repeat,
    figure.backend,
    figure.median,
    figure.q1,
    figure.q3,
    figure.samples.length,
    figure.gflops,
    figure.ratio?.value,
    figure.ratio?.interval?.low,
    figure.ratio?.interval?.high,
    figure.prepare,
    figure.first,
    figure.call?.median,
    figure.share,
    figure.algorithm,
  ];
  return [
    ...layers.flatMap(({ problem, repeat, figures }) => figures.map((figure) => row(problem, repeat, figure))),
    ...(network?.figures ?? []).map((figure) => row("end to end", 1, figure)),
  ];
}

/** A cell. A text that a spreadsheet would take for a formula gets a space at the beginning. */
function field(value: Cell): string {
  if (typeof value === "number") return String(value);
  const text = (value ?? "").replace(/^[=+@-]/, " $&");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

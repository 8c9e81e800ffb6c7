/** A comparison as the table of docs/benchmarking.md, and the reasons for doubt about it. Pure. */

import type { CompareReport, Ratio, WorkloadReport } from "../../../apps/benchmark/src/engine/compare-report.js";
import { formatErrorRatio, formatMilliseconds, formatRatio } from "../../../apps/benchmark/src/engine/format.js";
import { describeWarnings } from "../../../apps/benchmark/src/engine/warnings.js";

const HEAD = [
  "contestant",
  "download",
  "start",
  "error / bound",
  "layers",
  "ratio, mean",
  "all layers",
  "end to end",
  "ratio",
];

export function reportLines(report: CompareReport): readonly string[] {
  const { backends, environment, failures, unavailable, warnings, workloads } = report;
  return [
    ...workloads.flatMap((workload) => [
      `${workload.name}, ${environment.runtime}, ${environment.threads} threads, ${environment.date.slice(0, 10)}, ${report.outcome}`,
      "",
      row(HEAD),
      row(HEAD.map((_, index) => (index === 0 ? "---" : "--:"))),
      ...backends.map(({ name }) => row(cellsOf(report, workload, name))),
      "",
    ]),
    ...backends.map(({ name, device }) => `- \`${name}\`: ${device}`),
    ...unavailable.map(({ name, reason, remedy }) => `- \`${name}\` cannot run here: ${reason}. ${remedy}`),
    ...failures.map(({ backend, message }) => `- \`${backend}\` failed: ${message}`),
    ...backends.filter(({ wrong }) => wrong).map(({ name }) => `- \`${name}\` is wrong: ${faultOf(report, name)}`),
    ...describeWarnings(warnings, environment.clockStep).map(({ what, where }) => `- ${what}${where && `: ${where}`}`),
  ];
}

function cellsOf(report: CompareReport, workload: WorkloadReport, name: string): readonly string[] {
  const { start, downloadBytes, wrong } = report.backends.find((backend) => backend.name === name)!;
  const agreement = report.verification.agreement.find(({ a, b }) => a === name && b === undefined);
  const total = workload.totals.find(({ backend }) => backend === name);
  const network = workload.network?.figures.find(({ backend }) => backend === name);
  return [
    `\`${name}\``,
    downloadBytes === undefined ? "-" : `${(downloadBytes / 1000).toFixed(0)} kB`,
    `${start.toFixed(0)} ms`,
    wrong ? "**wrong**" : agreement?.worst === undefined ? "-" : formatErrorRatio(agreement.worst),
    `${total?.layers ?? 0} of ${workload.layers.length}`,
    total?.geometricMeanRatio === undefined ? "-" : formatRatio(total.geometricMeanRatio),
    total?.sum ? ratioOf(total.sum.ratio) : "-",
    network ? `${formatMilliseconds(network.median)} ms` : "-",
    network ? ratioOf(network.ratio) : "-",
  ];
}

/** `1.29 (1.27 to 1.31)`. */
function ratioOf(ratio: Ratio | undefined): string {
  if (!ratio) return "-";
  const { value, interval } = ratio;
  return interval
    ? `${formatRatio(value)} (${formatRatio(interval.low)} to ${formatRatio(interval.high)})`
    : formatRatio(value);
}

function faultOf({ verification }: CompareReport, name: string): string {
  const fault = verification.verdicts.find(
    ({ a, b, status }) => a === name && b === undefined && status === "disagrees",
  );
  return fault ? `${fault.problem}, ${fault.message}` : "it disagrees with another contestant";
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

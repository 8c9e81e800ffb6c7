/** A comparison as Markdown: the environment, the agreement of the backends, the tables, and the winner. */

import type { CompareReport } from "../../engine/compare-report.js";
import { describeEnvironment } from "../../engine/environment.js";
import { describeWarnings } from "../../engine/warnings.js";
import { describeWinner } from "../../engine/winner.js";
import { benchMarkdown } from "../bench/bench-table.js";
import { describeRoofline, rooflineNotes } from "../roofline/describe-roofline.js";

export function reportMarkdown(report: CompareReport): string {
  const { workloads, roofline, environment, backends, warnings } = report;
  const list = (lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [lines.map((line) => `- ${line}\n`).join("")];
  return [
    `${describeEnvironment(environment)}, ${environment.date.slice(0, 10)}.\n`,
    ...list(
      backends.map(({ name, device, wrong }) => `\`${name}\`: ${device}${wrong ? ", and wrong: not timed" : ""}`),
    ),
    ...(roofline ? [`${describeRoofline(roofline).join(".\n")}.\n`] : []),
    ...workloads.flatMap((result) => [benchMarkdown(result), ...list(rooflineNotes(result))]),
    ...list(
      describeWarnings(warnings, environment.clockStep).map(({ what, where }) => `${what}${where && `: ${where}`}`),
    ),
    ...describeWinner(report).map((sentence) => `**${sentence}**\n`),
  ].join("\n");
}

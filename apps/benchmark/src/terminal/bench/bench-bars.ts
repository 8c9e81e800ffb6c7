/** A workload's times as bars, the fastest first: the time of the whole workload on each backend. Pure. */

import type { CompareReport, WorkloadReport } from "../../engine/compare-report.js";
import { rankedBackends } from "../../engine/fold-events.js";
import { formatMilliseconds } from "../../engine/format.js";
import { rank } from "../../engine/winner.js";
import type { Colors } from "@convene/conformance/terminal";
import { textBar } from "../report/text-bar.js";

const WIDEST = 48;
const NARROWEST = 10;

/** The bars. There are none if there is nothing to compare. */
export function benchBars(
  workload: WorkloadReport,
  report: Pick<CompareReport, "backends">,
  colors: Colors,
  columns: number | undefined,
): readonly string[] {
  const ranks = rank(workload, rankedBackends(report));
  if (ranks.length < 2) return [];
  const name = Math.max(...ranks.map(({ backend }) => backend.length));
  const times = ranks.map(({ milliseconds }) => `${formatMilliseconds(milliseconds)} ms`);
  const time = Math.max(...times.map((text) => text.length));
  const width = Math.max(NARROWEST, Math.min(WIDEST, (columns ?? 100) - name - time - 6));
  const slowest = ranks.at(-1)!.milliseconds;
  const what = workload.network
    ? "end to end"
    : workload.layers.length > 1
      ? "all layers"
      : workload.layers[0]!.problem;
  return [
    colors.dim(`${what}, shorter is faster`),
    ...ranks.map(({ backend, milliseconds }, at) => {
      const bar = textBar(milliseconds / slowest, width);
      return `  ${backend.padEnd(name)}  ${times[at]!.padStart(time)}  ${at === 0 ? colors.green(bar) : colors.cyan(bar)}`;
    }),
  ];
}

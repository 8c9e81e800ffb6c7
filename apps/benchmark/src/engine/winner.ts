/** A sentence about the fastest backend and its lead. Pure. */

import type { CompareReport, Ratio, WorkloadReport } from "./compare-report.js";
import { enumerate, formatRatio } from "./format.js";
import { sumSamples } from "./measure/results.js";
import { compareRatio, pairedRatio, relativeWidth } from "./paired-ratio.js";
import { rankedBackends } from "./fold-events.js";

/** A backend, compared with the fastest backend. */
export interface Rank {
  readonly backend: string;
  /** Milliseconds: end to end for a network, otherwise the sum over the layers. */
  readonly milliseconds: number;
  /** The backend's time / the fastest backend's time. */
  readonly ratio: Ratio;
}

/** Right backends with figures for the whole workload, the fastest first. */
export function rank(workload: WorkloadReport, backends: readonly string[]): readonly Rank[] {
  const timed = backends.flatMap((backend) => {
    const time = timeOf(workload, backend);
    return time ? [{ backend, ...time }] : [];
  });
  const sorted = [...timed].sort((a, b) => a.milliseconds - b.milliseconds);
  return sorted.map(({ backend, milliseconds, samples }) => ({
    backend,
    milliseconds,
    ratio: pairedRatio(samples, sorted[0]!.samples),
  }));
}

/** The time in the table (the median end to end, or the sum of the layers' medians), and the time of each round. */
function timeOf(
  { network, layers, totals }: WorkloadReport,
  backend: string,
): { readonly milliseconds: number; readonly samples: readonly number[] } | undefined {
  if (network) {
    const figure = network.figures.find((each) => each.backend === backend);
    return figure && { milliseconds: figure.median, samples: figure.samples };
  }
  const sum = totals.find((total) => total.backend === backend)?.sum;
  const samples = sumSamples(layers, backend);
  return sum && samples && { milliseconds: sum.milliseconds, samples };
}

/** A sentence for each workload with more than one backend. */
export function describeWinner(report: CompareReport): readonly string[] {
  const names = rankedBackends(report);
  return report.workloads.flatMap((workload) => {
    const [first, ...others] = rank(workload, names);
    if (!first || others.length === 0) return [];
    const on = `${workload.name}${partOf(workload)}`;
    return [`${on}: ${sentence(first, others)}.`];
  });
}

/** The part of a workload that was measured, unless the workload is one layer. A run may have ended early. */
function partOf({ network, complete, layers, distinctLayers }: WorkloadReport): string {
  if (network) return ", end to end";
  if (!complete && layers.length < distinctLayers) return `, ${layers.length} of ${distinctLayers} layers`;
  return layers.length > 1 ? ", all layers" : "";
}

/** If an interval contains 1 and is wider than this, little is known. Otherwise the two are equal. */
const CLOSE = 0.2;

function sentence(first: Rank, others: readonly Rank[]): string {
  const of = (...words: readonly string[]): readonly Rank[] =>
    others.filter(({ ratio }) => words.includes(compareRatio(ratio)));
  const same = of("equal", "faster");
  const isClose = ({ ratio: { value, interval } }: Rank): boolean =>
    interval !== undefined && relativeWidth(interval, value) <= CLOSE;
  const [equal, unclear] = [same.filter(isClose), same.filter((each) => !isClose(each))];
  const times = ({ backend, ratio }: Rank): string => `${formatRatio(ratio.value)} times as fast as ${backend}`;
  const sure = (each: Rank): string => `${times(each)} (${intervalWords(each)})`;
  const together = (ranks: readonly Rank[]): string => enumerate([first, ...ranks].map(({ backend }) => backend));
  const parts = [
    ...(of("slower").length > 0 ? [`${first.backend} is ${enumerate(of("slower").map(sure))}`] : []),
    ...(equal.length > 0
      ? [`${together(equal)} are equally fast, as far as can be told (${enumerate(equal.map(intervalWords))})`]
      : []),
    ...(unclear.length > 0
      ? [
          `${together(unclear)} cannot be told apart in that time (${enumerate(unclear.map(intervalWords))}); measure longer`,
        ]
      : []),
    ...(of("unknown").length > 0
      ? [`${first.backend} seems ${enumerate(of("unknown").map(times))}, from too few rounds to be sure`]
      : []),
  ];
  return parts.join("; ");
}

function intervalWords({ ratio: { interval } }: Pick<Rank, "ratio">): string {
  return interval ? `${formatRatio(interval.low)} to ${formatRatio(interval.high)}` : "no interval";
}

/** Who won by how much, in a sentence. Pure. */

import type { CompareReport, Ratio, WorkloadReport } from "./compare-report.js";
import { enumerate, formatRatio } from "./format.js";
import { sumSamples } from "./measure/results.js";
import { compareRatio, pairedRatio } from "./paired-ratio.js";
import { rankedBackends } from "./fold-events.js";
import { median } from "./statistics.js";

/** A backend beside the fastest one. */
export interface Rank {
  readonly backend: string;
  /** Milliseconds: end to end where the workload is a network, else the sum over its layers. */
  readonly milliseconds: number;
  /** Its time over the fastest one's. */
  readonly ratio: Ratio;
}

/** Backends that are right and have figures for all of the workload, the fastest first. */
export function rank(workload: WorkloadReport, backends: readonly string[]): readonly Rank[] {
  const { network, layers } = workload;
  const timed = backends.flatMap((backend) => {
    const samples = network
      ? network.figures.find((figure) => figure.backend === backend)?.samples
      : sumSamples(layers, backend);
    return samples?.length ? [{ backend, samples, milliseconds: median(samples) }] : [];
  });
  const sorted = timed.toSorted((a, b) => a.milliseconds - b.milliseconds);
  return sorted.map(({ backend, milliseconds, samples }) => ({
    backend,
    milliseconds,
    ratio: pairedRatio(samples, sorted[0]!.samples),
  }));
}

/** A sentence for each workload that more than one backend has run. */
export function describeWinner(report: CompareReport): readonly string[] {
  const names = rankedBackends(report);
  return report.workloads.flatMap((workload) => {
    const [first, ...others] = rank(workload, names);
    if (!first || others.length === 0) return [];
    const on = `${workload.name}${workload.network ? ", end to end" : workload.layers.length > 1 ? ", all layers" : ""}`;
    return [`${on}: ${sentence(first, others)}.`];
  });
}

function sentence(first: Rank, others: readonly Rank[]): string {
  const equal = others.filter(({ ratio }) => ["equal", "faster"].includes(compareRatio(ratio)));
  const slower = others.filter(({ ratio }) => compareRatio(ratio) === "slower");
  const unknown = others.filter(({ ratio }) => compareRatio(ratio) === "unknown");
  const parts: string[] = [];
  const best = equal.length > 0 ? `${enumerate([first, ...equal].map(({ backend }) => backend))} are equally fast` : "";
  if (best !== "") parts.push(`${best}, as far as can be told (${enumerate(equal.map(intervalWords))})`);
  if (slower.length > 0) {
    const than = slower.map(
      ({ backend, ratio }) => `${formatRatio(ratio.value)} times as fast as ${backend} (${intervalWords({ ratio })})`,
    );
    parts.push(`${first.backend} is ${enumerate(than)}`);
  }
  if (unknown.length > 0) {
    const than = unknown.map(({ backend, ratio }) => `${formatRatio(ratio.value)} times as fast as ${backend}`);
    parts.push(`${first.backend} seems ${enumerate(than)}, from too few rounds to be sure`);
  }
  return parts.join("; ");
}

function intervalWords({ ratio: { interval } }: Pick<Rank, "ratio">): string {
  return interval ? `${formatRatio(interval.low)} to ${formatRatio(interval.high)}` : "no interval";
}

/** The values of the charts, from a report. Pure. */

import type { CompareReport, LayerReport, Verdict, WorkloadReport } from "../../engine/compare-report.js";
import { rankedBackends } from "../../engine/fold-events.js";
import { sumSamples } from "../../engine/measure/results.js";
import { type Interval, medianInterval } from "../../engine/statistics.js";
import { rank } from "../../engine/winner.js";

/** A bar of the chart: a backend on a whole workload. */
export interface Bar {
  readonly backend: string;
  readonly milliseconds: number;
  readonly interval: Interval | undefined;
  /** The backend's time / the fastest backend's time. */
  readonly times: number;
}

/** The bars, the fastest first. Only right backends with figures for the whole workload have a bar. */
export function barsOf(report: CompareReport, workload: WorkloadReport): readonly Bar[] {
  return rank(workload, rankedBackends(report)).map(({ backend, milliseconds, ratio }) => {
    const samples =
      workload.network?.figures.find((figure) => figure.backend === backend)?.samples ??
      sumSamples(workload.layers, backend) ??
      [];
    return { backend, milliseconds, interval: medianInterval(samples), times: ratio.value };
  });
}

/** The agreement of `a` with `b`, or with the reference, or `undefined` if they were not compared. */
export function agreementOf(report: CompareReport, a: string, b: string | undefined) {
  return report.verification.agreement.find(
    (each) => (each.a === a && each.b === b) || (b !== undefined && each.a === b && each.b === a),
  );
}

/** The first fault of a backend. */
export function firstFault(report: CompareReport, backend: string): Verdict | undefined {
  const faults = report.verification.verdicts.filter(({ status }) => status === "disagrees" || status === "failed");
  return (
    faults.find(({ a, b }) => a === backend && b === undefined) ??
    faults.find(({ a, b }) => a === backend || b === backend)
  );
}

/** The key by which the table of layers is sorted. */
export type SortKey = "order" | "macs" | (string & {});

export interface Sorting {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** Sorts layers. A column of figures has the name of its backend. Layers without a figure come last. */
export function sortLayers(layers: readonly LayerReport[], { key, descending }: Sorting): readonly LayerReport[] {
  const value = (layer: LayerReport, index: number): number => {
    if (key === "order") return index;
    if (key === "macs") return layer.macs;
    return layer.figures.find(({ backend }) => backend === key)?.median ?? NaN;
  };
  return layers
    .map((layer, index) => ({ layer, value: value(layer, index) }))
    .sort((a, b) => {
      if (Number.isNaN(a.value) || Number.isNaN(b.value))
        return Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value));
      return descending ? b.value - a.value : a.value - b.value;
    })
    .map(({ layer }) => layer);
}

/** The stages of one backend: the costs before its first result, and the costs afterwards. */
export interface Stages {
  readonly backend: string;
  /** The size of the download, gzipped, in bytes. */
  readonly download: number | undefined;
  /** Milliseconds: until the backend is open, to prepare all layers, for their first runs, and for a later run of each. */
  readonly load: number;
  readonly prepare: number | undefined;
  readonly first: number | undefined;
  readonly steady: number | undefined;
}

export function stagesOf(report: CompareReport, { layers }: WorkloadReport): readonly Stages[] {
  return report.backends.map(({ name, start, downloadBytes }) => {
    const figures = layers.flatMap((layer) => layer.figures.filter(({ backend }) => backend === name));
    const sum = (of: (figure: (typeof figures)[number]) => number | undefined): number | undefined => {
      const values = figures.map(of);
      if (values.length === 0 || values.length < layers.length || values.includes(undefined)) return undefined;
      return values.reduce<number>((all, each) => all + each!, 0);
    };
    return {
      backend: name,
      download: downloadBytes,
      load: start,
      prepare: sum(({ prepare }) => prepare),
      first: sum(({ first }) => first),
      steady: sum(({ median }) => median),
    };
  });
}

/** A point of the roofline plot. */
export interface Point {
  readonly backend: string;
  readonly problem: string;
  /** Operations for each byte. */
  readonly intensity: number;
  readonly gflops: number;
}

export function pointsOf({ layers }: WorkloadReport): readonly Point[] {
  return layers.flatMap(({ problem, macs, bytes, figures }) =>
    figures.map(({ backend, gflops }) => ({ backend, problem, gflops, intensity: (2 * macs) / bytes })),
  );
}

/** Why a backend lacks figures, once for each message: the first place, and the number of others. */
export interface MissingFigure {
  readonly backend: string;
  readonly at: string;
  readonly more: number;
  readonly message: string;
}

/** Lists missing figures. Wrong results are shown elsewhere, and a given-up backend is listed once. */
export function missingFigures({ workloads }: CompareReport): readonly MissingFigure[] {
  const found = new Map<string, MissingFigure>();
  for (const { layers, network } of workloads) {
    const rows = layers.map(({ problem, failures }) => ({ at: problem, failures }));
    for (const { at, failures } of [...rows, ...(network ? [{ at: "end to end", failures: network.failures }] : [])]) {
      for (const { backend, kind, message } of failures) {
        if (kind === "wrong" || kind === "lost" || kind === "silent") continue;
        const key = `${backend} ${message}`;
        const before = found.get(key);
        found.set(key, before ? { ...before, more: before.more + 1 } : { backend, at, more: 0, message });
      }
    }
  }
  return [...found.values()];
}

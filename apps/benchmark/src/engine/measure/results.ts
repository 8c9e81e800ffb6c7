/** Computes the figures of a report from samples: medians, rates, ratios to the baseline, totals. Pure. */

import { type Conv2dProblem, problemCost } from "@convene/core";
import type { Failure, Figure, LayerReport, NetworkReport, Total } from "../compare-report.js";
import { pairedRatio } from "../paired-ratio.js";
import { geometricMean, summarize } from "../statistics.js";

/** The measurements of one backend. */
export interface Measured extends Pick<
  Figure,
  "backend" | "algorithm" | "transformed" | "samples" | "runsPerSample" | "prepare" | "first" | "call" | "memory"
> {}

export interface MeasuredOutcome {
  readonly figures: readonly Measured[];
  readonly failures: readonly Failure[];
}

export interface ReportOptions {
  /** The baseline: every ratio is a time divided by this backend's time. */
  readonly baseline: string;
  /** The smallest step of the clock, in milliseconds. Default 0. */
  readonly clockStep?: number;
}

export function layerReport(
  layer: {
    readonly text: string;
    readonly problem: Conv2dProblem;
    readonly names: readonly string[];
    readonly repeat: number;
  },
  outcome: MeasuredOutcome,
  options: ReportOptions,
): LayerReport {
  const { macs, bytesRead, bytesWritten } = problemCost(layer.problem);
  return {
    problem: layer.text,
    names: layer.names,
    repeat: layer.repeat,
    macs,
    bytes: bytesRead + bytesWritten,
    figures: toFigures(outcome.figures, macs, options),
    failures: outcome.failures,
  };
}

export function networkReport(outcome: MeasuredOutcome, macs: number, options: ReportOptions): NetworkReport {
  return { macs, figures: toFigures(outcome.figures, macs, options), failures: outcome.failures };
}

/** @param backends in order, the baseline first */
export function totals(layers: readonly LayerReport[], backends: readonly string[]): readonly Total[] {
  const macs = layers.reduce((sum, layer) => sum + layer.macs * layer.repeat, 0);
  const rows = backends.map((backend) => ({
    backend,
    measured: layers.flatMap((layer) =>
      layer.figures.filter((figure) => figure.backend === backend).map((figure) => ({ layer, figure })),
    ),
  }));
  type Row = (typeof rows)[number];
  const whole = ({ measured }: Row): boolean => layers.length > 0 && measured.length === layers.length;
  const time = ({ measured }: Row): number =>
    measured.reduce((sum, { layer, figure }) => sum + figure.median * layer.repeat, 0);
  const base = rows[0] && whole(rows[0]) ? rows[0] : undefined;
  return rows.flatMap((row) => {
    const { backend, measured } = row;
    if (measured.length === 0) return [];
    const ratios = measured.flatMap(({ figure }) => (figure.ratio === undefined ? [] : [figure.ratio.value]));
    return [
      {
        backend,
        layers: measured.length,
        ...(whole(row) && {
          sum: {
            milliseconds: time(row),
            gflops: rate(macs, time(row)),
            ...(base && { ratio: pairedRatio(rounds(row), rounds(base)) }),
          },
        }),
        geometricMeanGflops: geometricMean(measured.map(({ figure }) => figure.gflops)),
        ...(ratios.length === measured.length && { geometricMeanRatio: geometricMean(ratios) }),
      },
    ];
  });
}

/** The figures of a backend over some layers. */
interface OverLayers {
  readonly measured: readonly { readonly layer: LayerReport; readonly figure: Figure }[];
}

/**
 * A backend's time for all layers, one entry for each round: the sum of the n-th samples, as long as all layers have one.
 *
 * @returns `undefined` if a layer has no figure
 */
export function sumSamples(layers: readonly LayerReport[], backend: string): readonly number[] | undefined {
  const measured = layers.flatMap((layer) =>
    layer.figures.filter((figure) => figure.backend === backend).map((figure) => ({ layer, figure })),
  );
  return layers.length > 0 && measured.length === layers.length ? rounds({ measured }) : undefined;
}

function rounds({ measured }: OverLayers): readonly number[] {
  const count = Math.min(...measured.map(({ figure }) => figure.samples.length));
  return Array.from({ length: count }, (_, round) =>
    measured.reduce((sum, { layer, figure }) => sum + figure.samples[round]! * layer.repeat, 0),
  );
}

function toFigures(
  measured: readonly Measured[],
  macs: number,
  { baseline, clockStep = 0 }: ReportOptions,
): readonly Figure[] {
  const share = ({ samples, runsPerSample }: Measured): number =>
    samples.length === 0 ? 0 : clockStep / (runsPerSample * Math.min(...samples));
  const base = measured.find(({ backend }) => backend === baseline);
  // A backend has no figures before its first round.
  return measured
    .filter(({ samples }) => samples.length > 0)
    .map((one) => {
      const summary = summarize(one.samples);
      return {
        ...one,
        ...summary,
        gflops: rate(macs, summary.median),
        ...(base && base.samples.length > 0 && { ratio: ratioOf(one, base, share(one) + share(base)) }),
      };
    });
}

function ratioOf(one: Measured, base: Measured, clockShare: number) {
  if (one === base) return { value: 1, interval: { low: 1, high: 1 } };
  return pairedRatio(one.samples, base.samples, { clockShare });
}

/** Two floating-point operations for each multiply-accumulate. */
function rate(macs: number, milliseconds: number): number {
  return (2 * macs) / milliseconds / 1e6;
}

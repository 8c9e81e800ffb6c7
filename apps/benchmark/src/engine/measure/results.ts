/** From samples to what is reported: medians, rates, ratios to the baseline, totals. Pure. */

import { type Conv2dProblem, problemCost } from "@convene/core";
import { geometricMean, median, summarize, type Summary } from "../statistics.js";
import type { LayerOutcome } from "./bench-layer.js";
import type { NetworkOutcome } from "./bench-network.js";
import type { LayerFailure } from "./layer-failure.js";
import type { Allowed } from "../roofline/roofline.js";

/** One row: a backend on a layer, or on the whole network. */
export interface Figure extends Summary {
  readonly backend: string;
  readonly gflops: number;
  /** Time relative to the baseline, the first backend: the median over rounds of the quotient within a round. */
  readonly ratio: number | undefined;
  readonly algorithm: string | undefined;
  /** The plan transforms its operands, as Winograd does: it does fewer operations than are counted here. */
  readonly transformed?: true;
  readonly runsPerSample: number;
  /** Milliseconds. */
  readonly samples: readonly number[];
  /** With a roofline: time allowed / median. Absent where the device does not say how many threads it has. */
  readonly share?: number;
}

export interface LayerResult {
  readonly problem: string;
  readonly names: readonly string[];
  readonly repeat: number;
  readonly macs: number;
  readonly figures: readonly Figure[];
  readonly failures: readonly LayerFailure[];
  /** With a roofline: the least time for one run on one thread. */
  readonly allowed?: Allowed;
}

/** Σ median × repeat over all layers. */
export interface Sum {
  readonly milliseconds: number;
  readonly gflops: number;
  readonly ratio: number | undefined;
  /** With a roofline: Σ time allowed × repeat / `milliseconds`. Absent as a figure's. */
  readonly share?: number;
}

/** A backend over the distinct layers that it has figures for. */
export interface Total {
  readonly backend: string;
  readonly layers: number;
  /** Only where no layer is missing: a sum over fewer could not be compared. */
  readonly sum: Sum | undefined;
  readonly geometricMeanGflops: number;
  readonly geometricMeanRatio: number | undefined;
}

export interface NetworkResult {
  readonly figures: readonly Figure[];
  readonly failures: readonly LayerFailure[];
  /** With a roofline: the sum of its layers' least times on one thread. */
  readonly allowed?: Pick<Allowed, "milliseconds">;
}

export function layerResult(
  layer: {
    readonly text: string;
    readonly problem: Conv2dProblem;
    readonly names: readonly string[];
    readonly repeat: number;
  },
  outcome: LayerOutcome,
  baseline: string,
): LayerResult {
  const { macs } = problemCost(layer.problem);
  return {
    problem: layer.text,
    names: layer.names,
    repeat: layer.repeat,
    macs,
    figures: toFigures(outcome.figures, macs, baseline),
    failures: outcome.failures,
  };
}

export function networkResult(outcome: NetworkOutcome, macs: number, baseline: string): NetworkResult {
  return { figures: toFigures(outcome.figures, macs, baseline), failures: outcome.failures };
}

export function totals(layers: readonly LayerResult[], backends: readonly string[]): readonly Total[] {
  const macs = layers.reduce((sum, layer) => sum + layer.macs * layer.repeat, 0);
  const rows = backends.map((backend) => ({
    backend,
    measured: layers.flatMap((layer) =>
      layer.figures.filter((figure) => figure.backend === backend).map((figure) => ({ layer, figure })),
    ),
  }));
  const time = ({ measured }: (typeof rows)[number]): number | undefined =>
    measured.length === layers.length
      ? measured.reduce((sum, { layer, figure }) => sum + figure.median * layer.repeat, 0)
      : undefined;
  const baseline = rows[0] && time(rows[0]);
  return rows.flatMap((row) => {
    const { backend, measured } = row;
    if (measured.length === 0) return [];
    const milliseconds = time(row);
    const ratios = measured.flatMap(({ figure }) => (figure.ratio === undefined ? [] : [figure.ratio]));
    return [
      {
        backend,
        layers: measured.length,
        sum:
          milliseconds === undefined
            ? undefined
            : {
                milliseconds,
                gflops: rate(macs, milliseconds),
                ratio: baseline === undefined ? undefined : milliseconds / baseline,
              },
        geometricMeanGflops: geometricMean(measured.map(({ figure }) => figure.gflops)),
        geometricMeanRatio: ratios.length === measured.length ? geometricMean(ratios) : undefined,
      },
    ];
  });
}

interface Measured {
  readonly backend: string;
  readonly algorithm?: string;
  readonly transformed?: true;
  readonly samples: readonly number[];
  readonly runsPerSample: number;
}

function toFigures(measured: readonly Measured[], macs: number, baseline: string): readonly Figure[] {
  const base = measured.find(({ backend }) => backend === baseline)?.samples;
  return measured.map(({ backend, algorithm, transformed, samples, runsPerSample }) => {
    const summary = summarize(samples);
    return {
      backend,
      ...summary,
      gflops: rate(macs, summary.median),
      ratio: base && median(samples.map((sample, round) => sample / base[round]!)),
      algorithm,
      ...(transformed ? { transformed } : {}),
      runsPerSample,
      samples,
    };
  });
}

/** Two floating-point operations for each multiply-accumulate. */
function rate(macs: number, milliseconds: number): number {
  return (2 * macs) / milliseconds / 1e6;
}

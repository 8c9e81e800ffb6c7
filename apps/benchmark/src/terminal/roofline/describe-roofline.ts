/** The roofline in words, and notes for readers about the shares in a table. */

import type { WorkloadReport } from "../../engine/compare-report.js";
import { enumerate, formatRate } from "../../engine/format.js";
import type { Peak, Roofline } from "../../engine/roofline/roofline.js";

/** The measured roofline: a line about arithmetic and a line about loads. */
export function describeRoofline({ peaks, loads }: Roofline): readonly string[] {
  const widths = [
    ["128", peaks.simd128],
    ["256", peaks.simd256],
  ] as const;
  const arithmetic = widths.flatMap(([bits, peak]) => (peak ? [`${peakWords(peak)} of ${bits} bits`] : []));
  const rates = loads.map(({ level, gigabytesPerSecond }) => `${level} ${formatRate(gigabytesPerSecond)}`);
  return [`roofline of one thread: ${enumerate(arithmetic)}`, `loads of one thread, GB/s: ${rates.join(", ")}`];
}

function peakWords({ operations, accumulators, gflops }: Peak): string {
  const words = operations === "fused" ? "fused multiply-adds" : "multiplications and additions";
  return `${formatRate(gflops)} GFLOP/s with ${words} on ${accumulators} accumulators`;
}

/** Notes about the shares of this result. There are none if the result has no shares. */
export function rooflineNotes({ layers }: Pick<WorkloadReport, "layers">): readonly string[] {
  if (!layers.some(({ allowed }) => allowed)) return [];
  const figures = layers.flatMap((layer) => layer.figures);
  const transformed = unique(figures.flatMap((figure) => (figure.transformed ? [figure.algorithm ?? ""] : [])));
  const unknown = unique(figures.flatMap(({ backend, share }) => (share === undefined ? [backend] : [])));
  return [
    "roofline: least time that the machine allows / time; n threads are allowed 1/n of one thread's time",
    ...(transformed.length > 0
      ? [
          `${enumerate(transformed)}: a transformed convolution does fewer operations than the roofline counts, so it can pass 100 %`,
        ]
      : []),
    ...(unknown.length > 0
      ? [`${enumerate(unknown)}: no share, as the device does not say how many threads it has`]
      : []),
  ];
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)];
}

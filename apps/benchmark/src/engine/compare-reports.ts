/** Compares two reports, and says which figures became faster or slower. Pure. */

import type { CompareReport, Figure, Ratio } from "./compare-report.js";
import { compareRatio } from "./paired-ratio.js";
import { median, medianInterval } from "./statistics.js";

/** The change of a backend on a layer, or on a whole network. */
export interface Change {
  readonly workload: string;
  /** A problem's string, or `"end to end"`. */
  readonly subject: string;
  readonly backend: string;
  /** The earlier time, in milliseconds. */
  readonly before: number;
  readonly after: number;
  /** The later time / the earlier time. More than 1 is slower. */
  readonly ratio: Ratio;
  readonly word: ReturnType<typeof compareRatio>;
}

export interface Changes {
  readonly changes: readonly Change[];
  /** Figures that only one of the two reports has. */
  readonly missing: readonly string[];
  readonly added: readonly string[];
}

export function compareReports(before: CompareReport, after: CompareReport): Changes {
  const [old, now] = [figuresOf(before), figuresOf(after)];
  return {
    changes: [...old].flatMap(([key, a]) => {
      const b = now.get(key);
      if (!b) return [];
      const ratio = unpairedRatio(b.figure.samples, a.figure.samples);
      const { workload, subject, figure } = a;
      const times = { before: figure.median, after: b.figure.median };
      return [{ workload, subject, backend: figure.backend, ...times, ratio, word: compareRatio(ratio) }];
    }),
    missing: [...old.keys()].filter((key) => !now.has(key)),
    added: [...now.keys()].filter((key) => !old.has(key)),
  };
}

interface Place {
  readonly workload: string;
  readonly subject: string;
  readonly figure: Figure;
}

function figuresOf({ workloads }: CompareReport): ReadonlyMap<string, Place> {
  return new Map(
    workloads.flatMap(({ name: workload, layers, network }) =>
      [
        ...layers.map(({ problem, figures }) => ({ subject: problem, figures })),
        ...(network ? [{ subject: "end to end", figures: network.figures }] : []),
      ].flatMap(({ subject, figures }) =>
        figures.map((figure) => [`${workload}, ${subject}, ${figure.backend}`, { workload, subject, figure }] as const),
      ),
    ),
  );
}

/**
 * The samples of two runs are no pairs, so other work of the machine affects their ratio. The interval must cover this: it goes from
 * the smallest to the largest ratio that the intervals of the two medians allow.
 */
function unpairedRatio(after: readonly number[], before: readonly number[]): Ratio {
  const value = median(after) / median(before);
  const [a, b] = [medianInterval(after), medianInterval(before)];
  return a && b ? { value, interval: { low: a.low / b.high, high: a.high / b.low } } : { value };
}

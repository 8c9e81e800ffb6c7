/** The profile of a network: the time of each kind of layer, and of each layer. */

import { isOperationProblem, type ModelLayer } from "@convene/core";
import { type Colors, fitTable } from "@convene/conformance/terminal";
import { formatMilliseconds, formatPercent } from "../../engine/format.js";
import { median } from "../../engine/statistics.js";

/** One layer's times over several runs. */
export interface LayerTimes {
  readonly layer: ModelLayer;
  readonly milliseconds: readonly number[];
}

export interface ProfileRow {
  /** A layer's name, or a kind. */
  readonly name: string;
  readonly what: string;
  readonly milliseconds: number;
  readonly share: number;
  readonly count: number;
}

/** The kind of a layer: a convolution by its kind, any other operation by its name. */
export function kindOf({ problem }: Pick<ModelLayer, "problem">): string {
  if (isOperationProblem(problem)) return problem.kind;
  if (problem.g > 1 && problem.g === problem.ic) return "depthwise convolution";
  if (problem.g > 1) return "grouped convolution";
  return problem.kh * problem.kw === 1 ? "pointwise convolution" : "standard convolution";
}

/** The median of each layer, largest first, and the sums of medians for each kind. */
export function profileRows(times: readonly LayerTimes[]): {
  readonly layers: readonly ProfileRow[];
  readonly kinds: readonly ProfileRow[];
  readonly total: number;
} {
  const all = times.map(({ layer, milliseconds }) => ({ layer, time: median(milliseconds), kind: kindOf(layer) }));
  const total = all.reduce((sum, { time }) => sum + time, 0);
  const row = (name: string, what: string, time: number, count: number): ProfileRow => ({
    name,
    what,
    milliseconds: time,
    share: total === 0 ? 0 : time / total,
    count,
  });
  const byTime = (a: ProfileRow, b: ProfileRow): number => b.milliseconds - a.milliseconds;
  const kinds = [...new Set(all.map(({ kind }) => kind))].map((kind) => {
    const own = all.filter((each) => each.kind === kind);
    const sum = own.reduce((time, each) => time + each.time, 0);
    return row(kind, `${own.length}`, sum, own.length);
  });
  return {
    layers: all.map(({ layer, time }) => row(layer.name, layer.algorithm, time, 1)).sort(byTime),
    kinds: kinds.sort(byTime),
    total,
  };
}

const WIDTH = 20;

/** The lines of a profile: a bar for each kind, then the slowest layers. */
export function profileLines(
  times: readonly LayerTimes[],
  colors: Colors,
  columns: number | undefined,
  slowest = 10,
): readonly string[] {
  const { layers, kinds } = profileRows(times);
  const most = Math.max(...kinds.map(({ share }) => share), Number.MIN_VALUE);
  const bar = (share: number): string =>
    colors.cyan("█".repeat(Math.max(share > 0 ? 1 : 0, Math.round((WIDTH * share) / most))));
  const table = (first: string, second: string, rows: readonly ProfileRow[]): readonly string[] =>
    fitTable(
      [
        { title: first },
        { title: second },
        { title: "ms", align: "right" },
        { title: "share", align: "right" },
        { title: "" },
      ],
      rows.map(({ name, what, milliseconds, share }) => [
        name,
        what,
        formatMilliseconds(milliseconds),
        formatPercent(share),
        bar(share),
      ]),
      [[""], [second]],
      colors,
      columns,
    );
  return [...table("kind", "layers", kinds), "", ...table("slowest layers", "algorithm", layers.slice(0, slowest))];
}

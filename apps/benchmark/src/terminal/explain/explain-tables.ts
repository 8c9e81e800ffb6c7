/** The tables and sentences of `convene explain`. */

import { type Cost, formatProblem } from "@convene/core";
import { type Colors, type Column, fitTable, type Row } from "@convene/conformance/terminal";
import { formatCount, formatPercent, formatRate } from "../../engine/format.js";
import type { Grouping, Separation } from "./compare.js";
import type { Explanation } from "./explain-workload.js";

/** The most rows of a table. `--json` has all rows. */
const MOST_ROWS = 1000;

const right = (title: string): Column => ({ title, align: "right" });

/** The costs of each layer and of all together. On a narrow terminal, the least important columns are left out. */
export function costTable(
  { layers, total, layerCount, compares }: Explanation,
  colors: Colors,
  width: number | undefined,
): readonly string[] {
  const columns: readonly Column[] = [
    { title: "layer" },
    right("x"),
    { title: "kind" },
    right("MACs"),
    ...(compares ? [] : [right("share")]),
    right("parameters"),
    right("bytes"),
    right("FLOP/byte"),
  ];
  const rows: readonly Row[] = [
    ...layers
      .slice(0, MOST_ROWS)
      .map(({ problem, repeat, kind, cost }) => [
        problem,
        String(repeat),
        kind,
        formatCount(cost.macs),
        ...(compares ? [] : [formatPercent((cost.macs * repeat) / total.macs)]),
        formatCount(cost.parameters),
        formatCount(cost.bytesRead + cost.bytesWritten),
        formatRate(cost.arithmeticIntensity),
      ]),
    ...(compares || layers.length === 1
      ? []
      : ([
          "rule",
          [
            "all layers",
            String(layerCount),
            "",
            formatCount(total.macs),
            "",
            formatCount(total.parameters),
            formatCount(total.bytesRead + total.bytesWritten),
            formatRate(total.arithmeticIntensity),
          ],
        ] as const)),
  ];
  return [
    ...fitTable(columns, rows, [["kind"], ["share"], ["FLOP/byte"], ["bytes"]], colors, width),
    ...leftOut(layers.length),
  ];
}

/** A standard convolution and its pair, side by side. */
export function separationTable(
  separations: readonly Separation[],
  colors: Colors,
  width: number | undefined,
): readonly string[] {
  const columns: readonly Column[] = [
    { title: "as a standard convolution" },
    right("x"),
    { title: "it has" },
    right("standard"),
    right("depthwise"),
    right("pointwise"),
    right("pair"),
    right("share"),
  ];
  const rows = separations
    .slice(0, MOST_ROWS)
    .map(({ has, repeat, standardProblem, standard, depthwise, pointwise, pair, share }) => [
      formatProblem(standardProblem),
      String(repeat),
      has,
      formatCount(standard.macs),
      formatCount(depthwise.macs),
      formatCount(pointwise.macs),
      formatCount(pair.macs),
      formatPercent(share),
    ]);
  return [
    ...fitTable(columns, rows, [["it has"], ["depthwise", "pointwise"]], colors, width),
    ...leftOut(separations.length),
  ];
}

export function groupingTable(
  groupings: readonly Grouping[],
  colors: Colors,
  width: number | undefined,
): readonly string[] {
  const columns: readonly Column[] = [
    { title: "grouped" },
    right("x"),
    right("grouped"),
    right("standard"),
    right("share"),
  ];
  const rows = groupings
    .slice(0, MOST_ROWS)
    .map(({ repeat, problem, grouped, standard }) => [
      formatProblem(problem),
      String(repeat),
      formatCount(grouped.macs),
      formatCount(standard.macs),
      formatPercent(grouped.macs / standard.macs),
    ]);
  return [...fitTable(columns, rows, [], colors, width), ...leftOut(groupings.length)];
}

/** Sentences about one separation, with plain digits, which are easy to search and to copy. */
export function separationSentences({
  standardProblem: p,
  standard,
  depthwise,
  pointwise,
  pair,
  share,
}: Separation): readonly string[] {
  return [
    `${p.oc} filters of ${p.kh}x${p.kw} over a ${p.ih}x${p.iw}x${p.ic} input take ${standard.macs} multiplications.`,
    `A depthwise and a pointwise convolution take ${depthwise.macs} + ${pointwise.macs} = ${pair.macs}, ${formatPercent(share)} of them.`,
  ];
}

/** Sentences about the whole workload with the other kind of convolution. */
export function alternativeSentences({ total, alternatives }: Explanation): readonly string[] {
  const say = ({ macs, parameters }: Cost): string =>
    `${formatCount(macs)} MACs and ${formatCount(parameters)} parameters`;
  return [
    ...(alternatives.allStandard
      ? [
          `With standard convolutions in place of the pairs: ${say(alternatives.allStandard)}; as it is, ${formatPercent(total.macs / alternatives.allStandard.macs)} of the MACs.`,
        ]
      : []),
    ...(alternatives.allSeparable
      ? [
          `With pairs in place of the standard convolutions: ${say(alternatives.allSeparable)}, ${formatPercent(alternatives.allSeparable.macs / total.macs)} of the MACs.`,
        ]
      : []),
  ];
}

function leftOut(rows: number): readonly string[] {
  return rows > MOST_ROWS ? [`and ${formatCount(rows - MOST_ROWS)} more; --json <file> has them all`] : [];
}

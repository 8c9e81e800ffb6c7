/** The table of one workload's figures, for a terminal of any width and for Markdown. */

import type { Colors } from "../io.js";
import { formatMilliseconds, formatPercent, formatRate, formatRatio, plural } from "../report/format.js";
import { type Column, formatTable, type Row, tableWidth } from "../report/table.js";
import { failureWord } from "./layer-failure.js";
import type { Figure, LayerResult, NetworkResult, Total } from "./results.js";

export interface WorkloadResult {
  readonly name: string;
  readonly about: string;
  /** Whether all distinct layers are there; not so after Ctrl-C. */
  readonly complete: boolean;
  readonly layers: readonly LayerResult[];
  readonly totals: readonly Total[];
  readonly network?: NetworkResult;
}

const FIGURE_COLUMNS: readonly Column[] = [
  { title: "backend" },
  { title: "ms", align: "right" },
  { title: "spread", align: "right" },
  { title: "GFLOP/s", align: "right" },
  { title: "ratio", align: "right" },
  { title: "algorithm" },
];

const WIDE_COLUMNS: readonly Column[] = [{ title: "layer" }, { title: "x", align: "right" }, ...FIGURE_COLUMNS];

/** What belongs together: a layer, or a kind of total, and a line for each backend. */
interface Block {
  readonly title: string;
  readonly repeat: string;
  readonly lines: readonly (readonly string[])[];
  /** Of what was measured, the last: a rule sets it apart from what follows. */
  readonly last?: boolean;
}

/** One line for each layer and backend; where that is too wide, each layer has a line of its own above its backends. */
export function benchTable(result: WorkloadResult, colors: Colors, columns: number | undefined): readonly string[] {
  const blocks = toBlocks(result);
  const rows = blocks.flatMap(wideRows);
  const wide = formatTable(WIDE_COLUMNS, rows.at(-1) === "rule" ? rows.slice(0, -1) : rows, colors);
  if (columns === undefined || tableWidth(wide) <= columns) return wide;

  const indented = formatTable(
    FIGURE_COLUMNS,
    blocks.flatMap(({ lines }) => lines),
    colors,
  );
  let at = 1;
  return [
    `  ${indented[0]!}`,
    ...blocks.flatMap(({ title, repeat, lines }) => [
      repeat === "" ? colors.bold(title) : `${colors.bold(title)} ${colors.dim(`x ${repeat}`)}`,
      ...lines.map(() => `  ${indented[at++]!}`),
    ]),
  ];
}

/** The same as a Markdown table. */
export function benchMarkdown(result: WorkloadResult): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rows = toBlocks(result).flatMap(({ title, repeat, lines }) =>
    lines.map((cells) => line([title, repeat, ...cells])),
  );
  return [
    `## ${result.name}`,
    "",
    `${result.about}.`,
    "",
    line(WIDE_COLUMNS.map(({ title }) => title)),
    line(WIDE_COLUMNS.map(({ align }) => (align === "right" ? "---:" : "---"))),
    ...rows,
    "",
  ].join("\n");
}

function wideRows({ title, repeat, lines, last }: Block): readonly Row[] {
  const rows = lines.map((cells, index): Row => [index === 0 ? title : "", index === 0 ? repeat : "", ...cells]);
  return last ? [...rows, "rule"] : rows;
}

function toBlocks({ layers, totals, network, complete }: WorkloadResult): readonly Block[] {
  const blocks = layers.map(({ problem, repeat, figures, failures }, index): Block => ({
    title: problem,
    repeat: String(repeat),
    lines: [
      ...figures.map(figureCells),
      ...failures.map((failure) => [failure.backend, "", "", "", "", failureWord(failure)]),
    ],
    last: index === layers.length - 1,
  }));
  if (totals.length > 0 && layers.length > 1) {
    const count = layers.reduce((sum, { repeat }) => sum + repeat, 0);
    blocks.push({
      title: complete ? `sum of ${plural(count, "layer")}` : `sum of ${plural(count, "layer")}, not all`,
      repeat: "",
      lines: totals.flatMap(({ backend, sum }) =>
        sum === undefined
          ? []
          : [[backend, formatMilliseconds(sum.milliseconds), "", formatRate(sum.gflops), ratioCell(sum.ratio), ""]],
      ),
    });
    blocks.push({
      title: "geometric mean",
      repeat: "",
      lines: totals.map(({ backend, layers: own, geometricMeanGflops, geometricMeanRatio }) => [
        backend,
        "",
        "",
        formatRate(geometricMeanGflops),
        ratioCell(geometricMeanRatio),
        own < layers.length ? `of its ${own} layers` : "",
      ]),
    });
  }
  if (network) {
    blocks.push({
      title: "end to end, model.run",
      repeat: "",
      lines: [
        ...network.figures.map(figureCells),
        ...network.failures.map((failure) => [failure.backend, "", "", "", "", failureWord(failure)]),
      ],
    });
  }
  return blocks;
}

function figureCells({ backend, median, spread, gflops, ratio, algorithm = "" }: Figure): readonly string[] {
  return [
    backend,
    formatMilliseconds(median),
    formatPercent(spread, 0),
    formatRate(gflops),
    ratioCell(ratio),
    algorithm,
  ];
}

function ratioCell(ratio: number | undefined): string {
  return ratio === undefined ? "" : formatRatio(ratio);
}

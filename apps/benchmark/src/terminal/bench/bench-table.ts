/** The table of one workload's figures, for a terminal of any width and for Markdown. */

import { type Colors, type Column, formatTable, type Row, tableWidth } from "@convene/conformance/terminal";
import { formatMilliseconds, formatPercent, formatRate, formatRatio, plural } from "../../engine/format.js";
import type { Allowed, Failure, Figure, Ratio, WorkloadReport } from "../../engine/compare-report.js";
import { failureWord } from "../../engine/measure/failure.js";
import { isNoisy } from "../../engine/warnings.js";

/** The parts of a workload's report that the table shows. */
export type WorkloadResult = Pick<WorkloadReport, "name" | "about" | "complete" | "layers" | "totals" | "network">;

/** The mark after a time that allows no conclusion: it has too few samples, or a spread that is too wide. */
export const NOISY_MARK = "?";

/** The possible cells of a backend's line. */
type Cells = Readonly<Partial<Record<keyof typeof FIGURE_COLUMNS, string>>>;

const FIGURE_COLUMNS = {
  backend: { title: "backend" },
  milliseconds: { title: "ms", align: "right" },
  spread: { title: "spread", align: "right" },
  rate: { title: "GFLOP/s", align: "right" },
  ratio: { title: "ratio", align: "right" },
  interval: { title: "95 %" },
  share: { title: "roofline", align: "right" },
  bound: { title: "bound by" },
  algorithm: { title: "algorithm" },
} as const satisfies Readonly<Record<string, Column>>;

const LAYER_COLUMNS: readonly Column[] = [{ title: "layer" }, { title: "x", align: "right" }];

/** The columns of this result. Columns of the roofline are there only if it was measured, and an interval only if there is one. */
function figureColumns({ layers, totals, network }: WorkloadResult): readonly (keyof typeof FIGURE_COLUMNS)[] {
  const all = Object.keys(FIGURE_COLUMNS) as (keyof typeof FIGURE_COLUMNS)[];
  const figures = [...layers.flatMap((layer) => layer.figures), ...(network?.figures ?? [])];
  const ratios = [...figures.map(({ ratio }) => ratio), ...totals.map(({ sum }) => sum?.ratio)];
  const missing = new Set<keyof typeof FIGURE_COLUMNS>([
    ...(layers.some(({ allowed }) => allowed) ? [] : (["share", "bound"] as const)),
    ...(ratios.some((ratio) => ratioCells(ratio).interval) ? [] : (["interval"] as const)),
  ]);
  return all.filter((key) => !missing.has(key));
}

/** A block of lines: a layer or a kind of total, with a line for each backend. */
interface Block {
  readonly title: string;
  readonly repeat: string;
  readonly lines: readonly Cells[];
  /** Whether this is the last measured block. A rule separates it from later blocks. */
  readonly last?: boolean;
}

/** The table: one line for each layer and backend. If it is too wide, each layer has its own line above its backends. */
export function benchTable(result: WorkloadResult, colors: Colors, columns: number | undefined): readonly string[] {
  const blocks = toBlocks(result);
  const keys = figureColumns(result);
  const titles = keys.map((key) => FIGURE_COLUMNS[key]);
  const rows = blocks.flatMap((block) => wideRows(block, keys));
  const wide = formatTable([...LAYER_COLUMNS, ...titles], rows.at(-1) === "rule" ? rows.slice(0, -1) : rows, colors);
  if (columns === undefined || tableWidth(wide) <= columns) return wide;

  const indented = formatTable(
    titles,
    blocks.flatMap(({ lines }) => lines.map((cells) => inOrder(cells, keys))),
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

/** The same table in Markdown. */
export function benchMarkdown(result: WorkloadResult): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const keys = figureColumns(result);
  const columns: readonly Column[] = [...LAYER_COLUMNS, ...keys.map((key) => FIGURE_COLUMNS[key])];
  const rows = toBlocks(result).flatMap(({ title, repeat, lines }) =>
    lines.map((cells) => line([title, repeat, ...inOrder(cells, keys)])),
  );
  return [
    `## ${result.name}`,
    "",
    `${result.about}.`,
    "",
    line(columns.map(({ title }) => title)),
    line(columns.map(({ align }) => (align === "right" ? "---:" : "---"))),
    ...rows,
    "",
  ].join("\n");
}

function inOrder(cells: Cells, keys: readonly (keyof Cells)[]): readonly string[] {
  return keys.map((key) => cells[key] ?? "");
}

function wideRows({ title, repeat, lines, last }: Block, keys: readonly (keyof Cells)[]): readonly Row[] {
  const rows = lines.map((cells, index): Row => [
    index === 0 ? title : "",
    index === 0 ? repeat : "",
    ...inOrder(cells, keys),
  ]);
  return last ? [...rows, "rule"] : rows;
}

function toBlocks({ layers, totals, network, complete }: WorkloadResult): readonly Block[] {
  const blocks = layers.map(({ problem, repeat, figures, failures, allowed }, index): Block => ({
    title: problem,
    repeat: String(repeat),
    lines: [
      ...figures.map((figure) => ({ ...figureCells(figure), bound: allowed ? boundWords(allowed) : "" })),
      ...failures.map(failureCells),
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
          : [
              {
                backend,
                milliseconds: formatMilliseconds(sum.milliseconds),
                rate: formatRate(sum.gflops),
                ...ratioCells(sum.ratio),
                share: shareCell(sum.share),
              },
            ],
      ),
    });
    blocks.push({
      title: "geometric mean",
      repeat: "",
      lines: totals.map(({ backend, layers: own, geometricMeanGflops, geometricMeanRatio }) => ({
        backend,
        rate: formatRate(geometricMeanGflops),
        ratio: geometricMeanRatio === undefined ? "" : formatRatio(geometricMeanRatio),
        algorithm: own < layers.length ? `of its ${own} layers` : "",
      })),
    });
  }
  if (network) {
    blocks.push({
      title: "end to end, model.run",
      repeat: "",
      lines: [...network.figures.map(figureCells), ...network.failures.map(failureCells)],
    });
  }
  return blocks;
}

function figureCells(figure: Figure): Cells {
  const { backend, median, spread, gflops, ratio, algorithm = "", share } = figure;
  return {
    backend,
    milliseconds: `${formatMilliseconds(median)}${isNoisy(figure) ? NOISY_MARK : ""}`,
    spread: formatPercent(spread, 0),
    rate: formatRate(gflops),
    ...ratioCells(ratio),
    share: shareCell(share),
    algorithm,
  };
}

function failureCells(failure: Failure): Cells {
  return { backend: failure.backend, algorithm: failureWord(failure) };
}

function ratioCells(ratio: Ratio | undefined): Pick<Cells, "ratio" | "interval"> {
  if (!ratio) return {};
  const { value, interval } = ratio;
  // The ratio of the baseline to itself needs no interval.
  if (!interval || interval.high === interval.low) return { ratio: formatRatio(value) };
  return { ratio: formatRatio(value), interval: `${formatRatio(interval.low)} to ${formatRatio(interval.high)}` };
}

function shareCell(share: number | undefined): string {
  return share === undefined ? "" : formatPercent(share, 0);
}

/** `arithmetic`, or `loads, L2`. */
function boundWords({ bound, level }: Allowed): string {
  return bound === "loads" ? `loads, ${level}` : bound;
}

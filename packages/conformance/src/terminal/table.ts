/** Tables without borders, with a dim header. Each column is as wide as its widest cell. */

import type { Colors } from "./colors.js";
import { visibleLength } from "./wrap.js";

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Default `"left"`. */
  readonly align?: "left" | "right";
}

/** A row's cells, or a line of dashes. */
export type Row = readonly string[] | "rule";

const GAP = "  ";

/** The lines of a table. No line has spaces after its last visible character. */
export function formatTable(columns: readonly Column[], rows: readonly Row[], colors: Colors): readonly string[] {
  const cells = rows.filter((row): row is readonly string[] => row !== "rule");
  const head = columns.map(({ title }) => colors.dim(title));
  const widths = columns.map((_, column) =>
    [head, ...cells].reduce((width, row) => Math.max(width, visibleLength(row[column] ?? "")), 0),
  );
  const line = (row: readonly string[]): string =>
    trimEnd(
      columns
        .map(({ align = "left" }, column) => {
          const text = row[column] ?? "";
          const space = " ".repeat(widths[column]! - visibleLength(text));
          return align === "left" ? text + space : space + text;
        })
        .join(GAP),
    );
  const lines = [head, ...cells].map(line);
  const width = tableWidth(lines);
  let at = 1;
  return [lines[0]!, ...rows.map((row) => (row === "rule" ? colors.dim("-".repeat(width)) : lines[at++]!))];
}

/** The number of terminal columns of the widest line. */
export function tableWidth(lines: readonly string[]): number {
  return lines.reduce((width, line) => Math.max(width, visibleLength(line)), 0);
}

/**
 * A table of at most `width` columns of the terminal. If the table is too wide, it loses the groups of columns in `droppable`,
 * one after another. If it is still too wide, the first cell of each row gets its own line above the other cells.
 */
export function fitTable(
  columns: readonly Column[],
  rows: readonly Row[],
  droppable: readonly (readonly string[])[],
  colors: Colors,
  width: number | undefined,
): readonly string[] {
  if (width === undefined) return formatTable(columns, rows, colors);
  let lines: readonly string[] = [];
  for (const form of [formatTable, stackTable]) {
    for (let dropped = 0; dropped <= droppable.length; dropped++) {
      const drop = new Set(droppable.slice(0, dropped).flat());
      const kept = columns.map(({ title }) => !drop.has(title));
      const keep = <T>(cells: readonly T[]): readonly T[] => cells.filter((_, index) => kept[index]);
      lines = form(
        keep(columns),
        rows.map((row) => (row === "rule" ? row : keep(row))),
        colors,
      );
      if (tableWidth(lines) <= width) return lines;
    }
  }
  return lines;
}

/** A table with the first cells as titles. Neighbouring rows with the same first cell, or with an empty one, share a title. */
function stackTable(columns: readonly Column[], rows: readonly Row[], colors: Colors): readonly string[] {
  const [head, ...body] = formatTable(
    columns.slice(1),
    rows.map((row) => (row === "rule" ? row : row.slice(1))),
    colors,
  );
  let title = "";
  return [
    `  ${head!}`,
    ...body.flatMap((line, index) => {
      const row = rows[index]!;
      const [first = ""] = row === "rule" ? [] : row;
      const titled = first !== "" && first !== title;
      if (titled) title = first;
      return titled ? [colors.bold(first), `  ${line}`] : [`  ${line}`];
    }),
  ];
}

/** Removes spaces at the end of a line, also if a closing colour code follows them. */
function trimEnd(line: string): string {
  // oxlint-disable-next-line no-control-regex -- colours are control characters
  return line.replace(/ +((?:\u001b\[\d+m)*)$/, "$1");
}

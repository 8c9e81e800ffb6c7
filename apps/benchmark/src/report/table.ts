/** Tables without borders: a dim header, numbers to the right, columns as wide as they need. */

import Table from "cli-table3";
import type { Colors } from "../io.js";

export interface Column {
  readonly title: string;
  /** Default `"left"`. */
  readonly align?: "left" | "right";
}

/** A row's cells, or a line of dashes. */
export type Row = readonly string[] | "rule";

const NO_BORDERS = Object.fromEntries(
  ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"]
    .concat(["left", "left-mid", "mid", "mid-mid", "right", "right-mid"])
    .map((part) => [part, ""]),
);

const GAP = "  ";

/** The lines of a table; nothing trails behind the last visible character of a line. */
export function formatTable(columns: readonly Column[], rows: readonly Row[], colors: Colors): readonly string[] {
  const table = new Table({
    chars: { ...NO_BORDERS, middle: GAP },
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 0 },
    colAligns: columns.map(({ align = "left" }) => align),
  });
  table.push(columns.map(({ title }) => colors.dim(title)));
  for (const row of rows) if (row !== "rule") table.push([...row]);
  const lines = table
    .toString()
    .split("\n")
    .map((line) => trimEnd(line));

  const width = Math.max(...lines.map(visibleLength));
  let at = 1;
  const ruled = rows.map((row) => (row === "rule" ? colors.dim("-".repeat(width)) : lines[at++]!));
  return [lines[0]!, ...ruled];
}

export function tableWidth(lines: readonly string[]): number {
  return Math.max(0, ...lines.map(visibleLength));
}

// oxlint-disable-next-line no-control-regex -- colours are control characters
const COLOR = /\u001b\[\d+m/g;

function visibleLength(line: string): number {
  return line.replace(COLOR, "").length;
}

/** Removes spaces at the end, also those before a closing colour code. */
function trimEnd(line: string): string {
  // oxlint-disable-next-line no-control-regex -- as above
  return line.replace(/ +((?:\u001b\[\d+m)*)$/, "$1");
}

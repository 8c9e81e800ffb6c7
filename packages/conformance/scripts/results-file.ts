/** A file of results, with one line of JSON for each. An interrupted program can continue with it. */

import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";

export interface ResultsFile<Row> {
  has(name: string): boolean;
  /** Adds a result, and writes it to the file at once. */
  add(row: Row): void;
  /** All results, in the order of `names`. */
  rows(): readonly Row[];
}

/**
 * @param names the names to measure. Results of other names are removed from the file
 * @param again names whose old results are removed
 */
export function openResults<Row extends { readonly name: string }>(
  file: string,
  { names, again }: { readonly names: readonly string[]; readonly again: RegExp | undefined },
): ResultsFile<Row> {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  const rows = new Map<string, Row>();
  for (const line of lines) {
    const row = JSON.parse(line) as Row;
    if (names.includes(row.name) && !again?.test(row.name)) rows.set(row.name, row);
  }
  writeFileSync(file, [...rows.values()].map((row) => `${JSON.stringify(row)}\n`).join(""));
  return {
    has: (name) => rows.has(name),
    add(row) {
      rows.set(row.name, row);
      appendFileSync(file, `${JSON.stringify(row)}\n`);
    },
    rows: () => names.flatMap((name) => rows.get(name) ?? []),
  };
}

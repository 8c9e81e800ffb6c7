/** A file of results, a line of JSON for each, that a program which was ended goes on with. */

import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";

export interface ResultsFile<Row> {
  has(name: string): boolean;
  /** Written at once. */
  add(row: Row): void;
  /** In the order of `names`. */
  rows(): readonly Row[];
}

/**
 * @param names what there is to measure: results of anything else are left out of the file
 * @param again of which results nothing is kept
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

/**
 * What the diagnosis says of each faulty backend, held to the accepted wordings. What has been measured is kept in a file, a line
 * for each backend, so that a run that was ended goes on where it stopped. Prints those that it misses, and the share.
 *
 * `pnpm --filter @convene/conformance diagnosis-table <file> [pattern of names] [--again] [--all]`: `--again` measures those that
 * the pattern names anew, `--all` prints what is named, too.
 */

import { existsSync, readFileSync, writeFileSync, appendFileSync } from "node:fs";
import process from "node:process";
import { ACCEPTED_WORDINGS } from "../src/testing/accepted-wordings.js";
import { diagnoseFault, judge, measuredFaults } from "../src/testing/diagnose-fault.js";

interface Row {
  readonly name: string;
  /** Of all findings, the first one first. */
  readonly texts: readonly string[];
  /** Whether the first finding's cause is certain. */
  readonly certain: boolean;
  /** Of the processor, for the diagnosis alone. */
  readonly seconds: number;
}

const flags = process.argv.slice(2).filter((each) => each.startsWith("--"));
const [file, pattern = "."] = process.argv.slice(2).filter((each) => !each.startsWith("--"));
if (file === undefined) throw new Error("the file of results is missing: diagnosis-table.ts <file> [pattern of names]");

const names = new RegExp(pattern);
const rows = new Map<string, Row>();
if (existsSync(file)) {
  for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
    const row = JSON.parse(line) as Row;
    rows.set(row.name, row);
  }
}
if (flags.includes("--again")) {
  for (const name of rows.keys()) if (names.test(name)) rows.delete(name);
}
// A backend that has been renamed, or measured twice, is not kept.
for (const name of rows.keys()) if (!(name in ACCEPTED_WORDINGS)) rows.delete(name);
writeFileSync(file, [...rows.values()].map((row) => `${JSON.stringify(row)}\n`).join(""));

const faults = measuredFaults(/./);
for (const fault of faults.filter(({ name }) => names.test(name) && !rows.has(name))) {
  const { texts, certain, seconds } = await diagnoseFault(fault);
  const row = { name: fault.name, texts, certain, seconds };
  rows.set(fault.name, row);
  appendFileSync(file, `${JSON.stringify(row)}\n`);
  print(row);
}

const measured = faults.flatMap(({ name }) => rows.get(name) ?? []);
process.stdout.write("\n");
for (const row of measured) if (flags.includes("--all") || !judge(row).accepted) print(row);
const named = measured.filter((row) => judge(row).accepted).length;
const unrelated = measured.filter((row) => judge(row).unrelated).length;
const share = ((100 * named) / measured.length).toFixed(1);
const slowest = Math.max(...measured.map(({ seconds }) => seconds)).toFixed(1);
process.stdout.write(
  `${named} of ${measured.length} measured (${share} %) are named by the first finding, of ${faults.length} faulty backends; ` +
    `${unrelated} get another cause with certainty; the slowest diagnosis took ${slowest} s of the processor\n`,
);

function print(row: Row): void {
  const { accepted, unrelated } = judge(row);
  const [text = "nothing"] = row.texts;
  process.stdout.write(
    `${accepted ? "ok " : unrelated ? "BAD" : "-- "} ${row.name} (${row.seconds.toFixed(1)} s)\n    ${text.replaceAll("\n", "\n    ")}\n`,
  );
}

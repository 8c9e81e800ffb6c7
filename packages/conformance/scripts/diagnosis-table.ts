/**
 * Compares the diagnosis of each faulty backend with the accepted wordings. A file keeps the results, one line for each backend,
 * so that an interrupted run can continue. The program prints the backends whose fault is not named, and the share of the others.
 *
 * `pnpm --filter @convene/conformance diagnosis-table <file> [pattern of names] [--again] [--all]`: `--again` measures again
 * the backends that the pattern names. `--all` also prints the backends whose fault is named.
 */

import process from "node:process";
import { type FaultDiagnosis, diagnoseFault, judge, measuredFaults } from "../src/testing/diagnose-fault.js";
import { openResults } from "./results-file.js";

const flags = new Set(process.argv.slice(2).filter((each) => each.startsWith("--")));
const [file, pattern = "."] = process.argv.slice(2).filter((each) => !each.startsWith("--"));
if (file === undefined) throw new Error("the file of results is missing: diagnosis-table.ts <file> [pattern of names]");

const names = new RegExp(pattern);
const faults = measuredFaults(/./);
const results = openResults<FaultDiagnosis>(file, {
  names: faults.map(({ name }) => name),
  again: flags.has("--again") ? names : undefined,
});
for (const fault of faults.filter(({ name }) => names.test(name) && !results.has(name))) {
  const told = await diagnoseFault(fault);
  results.add(told);
  print(told);
}

const measured = results.rows();
process.stdout.write("\n");
for (const row of measured) if (flags.has("--all") || !judge(row).accepted) print(row);
const named = measured.filter((row) => judge(row).accepted).length;
const misled = measured.filter((row) => judge(row).unrelated).length;
const share = ((100 * named) / measured.length).toFixed(1);
const slowest = Math.max(...measured.map(({ seconds }) => seconds)).toFixed(1);
process.stdout.write(
  `${named} of ${measured.length} measured (${share} %) are named by the first finding, of ${faults.length} faulty backends; ` +
    `${misled} get another cause with certainty; the slowest diagnosis took ${slowest} s of the processor\n`,
);

function print(row: FaultDiagnosis): void {
  const { accepted, unrelated } = judge(row);
  const [text = "nothing"] = row.texts;
  process.stdout.write(
    `${accepted ? "ok " : unrelated ? "BAD" : "-- "} ${row.name} (${row.seconds.toFixed(1)} s)\n    ${text.replaceAll("\n", "\n    ")}\n`,
  );
}

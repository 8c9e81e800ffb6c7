/**
 * Which cases catch which faulty backend: runs the quick selection on each of them, and writes a table as JSON, by fault and
 * suite. A case that no fault needs can go only while each fault is still caught by another.
 *
 * `tsx -C convene-source packages/conformance/scripts/catch-table.ts <file> [part of a fault's name] [suite ...]`
 */

import { writeFileSync } from "node:fs";
import { isOperationProblem } from "@convene/core";
import type { ConformanceCase } from "../src/case.js";
import { FAULTS } from "../src/faulty-backends/index.js";
import { runCase, settle } from "../src/run-case.js";
import type { CaseResult } from "../src/run-conformance.js";
import { DEFAULT_SEED } from "../src/random-source.js";
import { selectCases } from "../src/select-cases.js";
import { SUITE_NAMES, type SuiteName } from "../src/suite-names.js";

const [, , file, part = "", ...suites] = process.argv;
if (file === undefined)
  throw new Error("the file to write the table to is missing: catch-table.ts <file> [fault] [suite ...]");

const cases = await selectCases({
  selection: "quick",
  randomProblems: 0,
  suites: suites.length > 0 ? (suites as SuiteName[]) : SUITE_NAMES,
});
const table: Record<string, CaseResult[]> = {};
for (const { name, kinds, backend: make } of FAULTS.filter((fault) => new RegExp(part).test(fault.name))) {
  const isAbout = ({ problems = [] }: ConformanceCase): boolean =>
    kinds === undefined || problems.some((each) => isOperationProblem(each) && kinds.includes(each.kind));
  const own: CaseResult[] = [];
  let backend = await make();
  let suite = "";
  for (const each of cases.filter(isAbout)) {
    if (each.suite !== suite) {
      await settle(backend, 5000);
      backend = await make();
      suite = each.suite;
    }
    const context = { backend, accuracy: "fast", seed: DEFAULT_SEED, another: make } as const;
    const { outcome, broken } = await runCase(each, context, 5000, false);
    own.push({ suite: each.suite, name: each.name, ...outcome, milliseconds: 0 });
    if (broken) backend = await make();
  }
  await settle(backend, 5000);
  table[name] = own;
  const failed = own.filter(({ status }) => status === "failed");
  process.stdout.write(`${name}: ${failed.length} of ${own.length}\n`);
  writeFileSync(
    file,
    JSON.stringify(table, (_, value: unknown) =>
      typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
    ),
  );
}

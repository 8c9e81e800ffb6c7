/**
 * Writes `src/faulty-backends/catching-cases.json`: for each fault, and each suite that must catch the fault, the file has a case
 * that fails alone on a new backend. The tests run only these cases. Run the program after you add or remove cases, because each
 * fault must still be caught.
 *
 * The program tries quick cases first. At the end it prints how many faults the quick selection catches.
 *
 * `tsx -C convene-source packages/conformance/scripts/catch-table.ts [part of a fault's name]`
 */

import { readFileSync, writeFileSync } from "node:fs";
import { isOperationProblem } from "@convene/core";
import type { ConformanceCase } from "../src/case.js";
import type { Fault } from "../src/faulty-backends/faulty-backend.js";
import { FAULTS } from "../src/faulty-backends/index.js";
import { DEFAULT_SEED } from "../src/random-source.js";
import { runCase, settle } from "../src/run-case.js";
import { selectCases } from "../src/select-cases.js";
import type { SuiteName } from "../src/suite-names.js";

const LIMIT = 20_000;
const TABLE = new URL("../src/faulty-backends/catching-cases.json", import.meta.url);

const [, , part = ""] = process.argv;
const quick = new Set((await selectCases({ selection: "quick" })).map(idOf));
const all = await selectCases({ randomProblems: 0 });
const ordered = [...all.filter(isQuick), ...all.filter((each) => !isQuick(each))];

const known = part === "" ? {} : (JSON.parse(readFileSync(TABLE, "utf8")) as Record<string, object>);
const uncaught: string[] = [];
const slow: string[] = [];
for (const fault of FAULTS.filter(({ name }) => name.includes(part))) {
  const row: Partial<Record<SuiteName, string>> = {};
  for (const suite of fault.caughtBy) {
    const found = await catching(fault, suite);
    if (found) row[suite] = found.name;
    else uncaught.push(`${fault.name} by ${suite}`);
  }
  if (!Object.entries(row).some(([suite, name]) => quick.has(`${suite} ${name}`))) slow.push(fault.name);
  known[fault.name] = row;
  write(known);
}
process.stdout.write(
  `quick catches ${FAULTS.length - slow.length} of ${FAULTS.length}; not ${slow.join(", ") || "one"}\n`,
);
if (uncaught.length > 0) {
  process.stdout.write(`not caught: ${uncaught.join(", ")}\n`);
  process.exitCode = 1;
}

/** The first case of the suite that fails if it runs alone. */
async function catching(fault: Fault, suite: SuiteName): Promise<ConformanceCase | undefined> {
  for (const each of ordered.filter((one) => one.suite === suite && isAbout(one, fault))) {
    const backend = await fault.backend();
    const context = { backend, accuracy: "fast", seed: DEFAULT_SEED, another: fault.backend } as const;
    const { outcome } = await runCase(each, context, LIMIT, false);
    await settle(backend, LIMIT);
    if (outcome.status === "failed") return each;
  }
  return undefined;
}

function idOf({ suite, name }: ConformanceCase): string {
  return `${suite} ${name}`;
}

function isQuick(each: ConformanceCase): boolean {
  return quick.has(idOf(each));
}

function isAbout({ problems = [] }: ConformanceCase, { kinds }: Fault): boolean {
  return kinds === undefined || problems.some((each) => isOperationProblem(each) && kinds.includes(each.kind));
}

/** Writes one line for each fault, so that a diff of the file is easy to read. */
function write(table: Readonly<Record<string, object>>): void {
  const lines = Object.entries(table).map(([name, row]) => `  ${JSON.stringify(name)}: ${JSON.stringify(row)}`);
  writeFileSync(TABLE, `{\n${lines.join(",\n")}\n}\n`);
}

/**
 * Counts the backends with two faults for which the diagnosis names both faults. A file keeps the results, one line for each pair.
 *
 * `pnpm --filter @convene/conformance diagnosis-pairs <file> [pattern of names] [--again]`: `--again` measures again
 * the pairs that the pattern names.
 */

import process from "node:process";
import { diagnosePair, nameFaults } from "../src/testing/diagnose-fault.js";
import { PAIRS } from "../src/testing/two-faults.js";
import { openResults } from "./results-file.js";

const flags = new Set(process.argv.slice(2).filter((each) => each.startsWith("--")));
const [file, pattern = "."] = process.argv.slice(2).filter((each) => !each.startsWith("--"));
if (file === undefined) throw new Error("the file of results is missing: diagnosis-pairs.ts <file> [pattern of names]");

const pairs = new Map(PAIRS.map((pair) => [pair.join(" + "), pair] as const));
const results = openResults<{ readonly name: string; readonly texts: readonly string[] }>(file, {
  names: [...pairs.keys()],
  again: flags.has("--again") ? new RegExp(pattern) : undefined,
});
for (const [name, pair] of pairs) {
  if (!new RegExp(pattern).test(name) || results.has(name)) continue;
  results.add({ name, texts: await diagnosePair(...pair) });
  process.stdout.write(`${name}\n`);
}

let both = 0;
for (const { name, texts } of results.rows()) {
  const named = nameFaults(pairs.get(name)!, texts);
  if (named.length === 2) both++;
  process.stdout.write(`${named.length} of 2: ${name}\n`);
  if (named.length < 2) process.stdout.write(`    ${texts.join("\n").replaceAll("\n", "\n    ")}\n`);
}
process.stdout.write(`both are named in ${both} of ${results.rows().length} that were measured, of ${pairs.size}\n`);

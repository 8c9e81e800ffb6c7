/**
 * Reads the test runner's own report (`.cache/vitest.json`), and prints its counts as one plain line. The check fails if a test
 * failed or was skipped, if a file could not be loaded, or if nothing ran. A skipped test has not passed, because it did not
 * run.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { isMain, ROOT } from "./workspace.js";

/** The fields of vitest's JSON report that count. */
export interface Report {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

/** The line, and whether it is a pass. */
export function summarize(report: Report | undefined): { readonly line: string; readonly passed: boolean } {
  if (!report) return { line: "tests: 0 passed, 0 failed, 0 skipped", passed: false };
  const skipped = report.numPendingTests + report.numTodoTests;
  return {
    line: `tests: ${report.numPassedTests} passed, ${report.numFailedTests} failed, ${skipped} skipped`,
    passed: report.success && report.numPassedTests > 0 && report.numFailedTests === 0 && skipped === 0,
  };
}

function readReport(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Report;
  } catch {
    // If the file does not exist, the run did not reach the first test.
    return undefined;
  }
}

if (isMain(import.meta.url)) {
  const report = readReport(join(ROOT, ".cache", "vitest.json"));
  const { line, passed } = summarize(report);
  if (!report) process.stderr.write("the test runner wrote no report\n");
  // The counts are of tests, and a file that fails to load has no tests.
  else if (!report.success && report.numFailedTests === 0)
    process.stderr.write("a test file failed outside its tests\n");
  process.stdout.write(`${line}\n`);
  process.exitCode = passed ? 0 : 1;
}

/** The last line of `.ci/run`, and its conditions for a pass. */

import { expect, it } from "vitest";
import { type Report, summarize } from "./report.js";

const clean: Report = { success: true, numPassedTests: 12, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };

it("passes a report if everything ran and passed", () => {
  expect(summarize(clean)).toEqual({ line: "tests: 12 passed, 0 failed, 0 skipped", passed: true });
});

it.each<[string, Partial<Report>, string]>([
  ["a failure", { success: false, numPassedTests: 11, numFailedTests: 1 }, "tests: 11 passed, 1 failed, 0 skipped"],
  ["a skipped test", { numPassedTests: 11, numPendingTests: 1 }, "tests: 11 passed, 0 failed, 1 skipped"],
  ["a test that is to be written", { numTodoTests: 2 }, "tests: 12 passed, 0 failed, 2 skipped"],
  ["a file that could not be loaded", { success: false }, "tests: 12 passed, 0 failed, 0 skipped"],
  ["a run without tests", { numPassedTests: 0 }, "tests: 0 passed, 0 failed, 0 skipped"],
])("fails %s", (_, change, line) => {
  expect(summarize({ ...clean, ...change })).toEqual({ line, passed: false });
});

it("fails when no report was written", () => {
  expect(summarize(undefined)).toEqual({ line: "tests: 0 passed, 0 failed, 0 skipped", passed: false });
});

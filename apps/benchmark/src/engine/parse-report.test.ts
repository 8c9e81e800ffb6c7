import { describe, expect, it } from "vitest";
import { parseReport, ReportError } from "./parse-report.js";

const REPORT = {
  format: "convene-comparison",
  version: 1,
  environment: { convene: "1", runtime: "x", platform: "x", threads: 1, clockStep: 0, date: "" },
  backends: [],
  unavailable: [],
  timePerLayer: 1,
  verification: { state: "done", verdicts: [], agreement: [] },
  workloads: [],
  failures: [],
  warnings: [],
  outcome: "complete",
};

describe("parseReport", () => {
  it("reads a report, with a byte-order mark, and inside a file of `start`", () => {
    expect(parseReport(`\uFEFF${JSON.stringify(REPORT)}`)).toEqual(REPORT);
    expect(parseReport(JSON.stringify({ command: "start", bench: REPORT }))).toEqual(REPORT);
  });

  it.each([
    ["a file that is cut off", JSON.stringify(REPORT).slice(0, 200), /cut off/],
    ["no JSON", "hello", /no JSON/],
    ["nothing", "", /no JSON/],
    ["other JSON", "[1]", /no results of a comparison/],
    [
      "another version",
      JSON.stringify({ ...REPORT, version: 2 }),
      /version 2 of their form, and this is for version 1/,
    ],
    ["no version", JSON.stringify({ ...REPORT, version: undefined }), /version undefined/],
    [
      "a field of another kind",
      JSON.stringify({ ...REPORT, backends: [{ name: 7 }] }),
      /backends\[0\]\.name must be a string, and is 7/,
    ],
    ["a field that is missing", JSON.stringify({ ...REPORT, failures: undefined }), /failures must be a list/],
  ])("refuses %s in one line", (_, text, message) => {
    expect(() => parseReport(text)).toThrow(ReportError);
    expect(() => parseReport(text)).toThrow(message);
    expect(() => parseReport(text)).not.toThrow(/\n/);
  });
});

/** Reads saved results: of the command, of a page, of another version. Each field of a file is checked here. */

import { type CompareReport, REPORT_FORMAT, REPORT_VERSION } from "./compare-report.js";

/** This version cannot read the text as a report. The message is one line with the reason and the remedy. */
export class ReportError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ReportError";
  }
}

/** The type of a field, of an object's fields, or of a list's entries. A field with a question mark behind its name may be left out. */
type Shape = "string" | "number" | "boolean" | readonly [Shape] | { readonly [field: string]: Shape };

const RATIO: Shape = { value: "number", "interval?": { low: "number", high: "number" } };
const FIGURE: Shape = {
  backend: "string",
  median: "number",
  q1: "number",
  q3: "number",
  min: "number",
  max: "number",
  spread: "number",
  samples: ["number"],
  runsPerSample: "number",
  gflops: "number",
  "ratio?": RATIO,
  "algorithm?": "string",
  "prepare?": "number",
  "first?": "number",
  "share?": "number",
  "call?": { median: "number", samples: ["number"] },
  "memory?": { used: "number", reserved: "number" },
};
const FAILURE: Shape = { backend: "string", kind: "string", message: "string" };
const LAYER: Shape = {
  problem: "string",
  names: ["string"],
  repeat: "number",
  macs: "number",
  bytes: "number",
  figures: [FIGURE],
  failures: [FAILURE],
  "allowed?": { milliseconds: "number", bound: "string", arithmetic: "number", loads: "number", level: "string" },
};
const TOTAL: Shape = {
  backend: "string",
  layers: "number",
  "sum?": { milliseconds: "number", gflops: "number", "ratio?": RATIO, "share?": "number" },
  geometricMeanGflops: "number",
  "geometricMeanRatio?": "number",
};
const PEAK: Shape = { operations: "string", accumulators: "number", gflops: "number" };
const REPORT: Shape = {
  environment: {
    convene: "string",
    runtime: "string",
    "engine?": "string",
    platform: "string",
    "cpu?": "string",
    threads: "number",
    "isolated?": "boolean",
    clockStep: "number",
    date: "string",
  },
  backends: [{ name: "string", asked: "string", device: "string", start: "number", wrong: "boolean" }],
  unavailable: [{ name: "string", reason: "string", remedy: "string" }],
  timePerLayer: "number",
  verification: {
    state: "string",
    verdicts: [
      {
        workload: "string",
        problem: "string",
        a: "string",
        "b?": "string",
        status: "string",
        "errorOverBound?": "number",
      },
    ],
    agreement: [{ a: "string", "b?": "string", compared: "number", disagreed: "number", "worst?": "number" }],
  },
  workloads: [
    {
      name: "string",
      about: "string",
      convolutions: "number",
      distinctLayers: "number",
      batches: ["number"],
      complete: "boolean",
      layers: [LAYER],
      totals: [TOTAL],
      "network?": { macs: "number", figures: [FIGURE], failures: [FAILURE] },
    },
  ],
  "roofline?": {
    peaks: { simd128: PEAK, "simd256?": PEAK },
    loads: [{ level: "string", bytes: "number", gigabytesPerSecond: "number" }],
  },
  failures: [FAILURE],
  warnings: [{ kind: "string", "subject?": "string", "backend?": "string" }],
  outcome: "string",
};

/**
 * The report in a text. A file of `convene start` has the report as `bench`.
 *
 * @throws ReportError with a message of one line: the text is cut off or no JSON, has no results of Convene or another version, or a field has a wrong type
 */
export function parseReport(text: string): CompareReport {
  let value: unknown;
  try {
    // Some editors begin a file with a byte-order mark.
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    const start = text.trimStart().replace(/^\uFEFF/, "");
    throw new ReportError(
      start.startsWith("{")
        ? "the JSON is cut off or damaged; measure again, or take the file that was written whole"
        : "this is no JSON; results are written by --json of convene bench, or saved by the page",
    );
  }
  const found = isRecord(value) && isRecord(value["bench"]) ? value["bench"] : value;
  if (!isRecord(found) || found["format"] !== REPORT_FORMAT) {
    throw new ReportError(
      `this JSON holds no results of a comparison (its "format" must be "${REPORT_FORMAT}"); they are written by --json of convene bench, or saved by the page`,
    );
  }
  const { version } = found;
  if (version !== REPORT_VERSION) {
    throw new ReportError(
      `these results have version ${show(version)} of their form, and this is for version ${REPORT_VERSION}; measure again with this version of Convene, or read them with the one that wrote them`,
    );
  }
  check(found, REPORT, "");
  // Cast: `check` has compared each field with the table of types, which TypeScript cannot see.
  return found as unknown as CompareReport;
}

function check(value: unknown, shape: Shape, path: string): void {
  const fail = (expected: string): never => {
    throw new ReportError(`the results are damaged: ${path || "the whole"} must be ${expected}, and is ${show(value)}`);
  };
  if (typeof shape === "string") {
    if (typeof value !== shape) fail(`a ${shape}`);
  } else if (isList(shape)) {
    if (!Array.isArray(value)) return fail("a list");
    for (const [index, each] of value.entries()) check(each, shape[0], `${path}[${index}]`);
  } else {
    if (!isRecord(value)) return fail("an object");
    for (const [key, of] of Object.entries(shape)) {
      const name = key.replace(/\?$/, "");
      const given = Object.hasOwn(value, name) ? value[name] : undefined;
      if (given === undefined && key.endsWith("?")) continue;
      check(given, of, path === "" ? name : `${path}.${name}`);
    }
  }
}

function isList(shape: Exclude<Shape, string>): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as a short text for a line. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}

/** The report as JSON: every result, for programs. */

import type { CaseResult, ConformanceReport } from "../run-conformance.js";
import { type ReportDetails, summarizeSuites } from "./summary.js";

/**
 * JSON would write NaN and infinities as null. So the report has the strings `"NaN"`, `"Infinity"` and `"-Infinity"`.
 * They occur in `worstRatio`, in `ratio`, and in `actual`, `expected` and `bound` of a mismatch.
 */
export function reportJson(report: ConformanceReport, { rerun, stopped, planned }: ReportDetails = {}): string {
  const { results, ...head } = report;
  const content = {
    format: "convene-conformance",
    version: 1,
    ...head,
    planned: planned ?? results.length,
    ...(stopped === undefined ? {} : { stopped }),
    suites: summarizeSuites(results),
    results: results.map((result: CaseResult) =>
      rerun && result.status === "failed" ? { ...result, rerun: rerun(result) } : result,
    ),
  };
  return toJson(content);
}

/**
 * Indented JSON, in which lists of numbers stay on one line. Otherwise a plane of wrong elements would fill a page. NaN
 * and infinities are strings.
 */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value, (_, inner: unknown) => finite(inner), 2);
  return `${text.replace(/\[\s+(-?[\d.][^[\]{}"]*?)\s+\]/g, (_, list: string) => `[${list.replace(/\s+/g, " ")}]`)}\n`;
}

function finite(value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

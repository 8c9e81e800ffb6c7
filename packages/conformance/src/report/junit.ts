/** The report as JUnit XML, which CI systems read: a test suite for each sub-suite, a test case for each case. */

import type { CaseResult, ConformanceReport } from "../run-conformance.js";
import { describeFinding } from "../diagnosis/diagnosis.js";
import { describeFailure } from "./describe-failure.js";
import { escapeMarkup } from "./escape.js";
import { type ReportDetails, summarizeSuites, type SuiteSummary } from "./summary.js";

/** JUnit has no word for untrusted. Such a case counts as passed, and its output says that it is untrusted. */
export function reportJunit(report: ConformanceReport, details: ReportDetails = {}): string {
  const { results } = report;
  const suites = summarizeSuites(results);
  // A run that ended early must not look complete.
  const stopped = details.stopped === undefined ? 0 : 1;
  const head = attributes({
    name: `convene-conformance ${report.backend}`,
    tests: results.length + stopped,
    failures: report.counts.failed,
    errors: stopped,
    skipped: report.counts.skipped,
    time: seconds(suites.reduce((total, { milliseconds }) => total + milliseconds, 0)),
  });
  const lines = suites.flatMap((summary) => suiteLines(report, summary, details));
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites ${head}>`,
    ...diagnosisLines(report),
    ...lines,
    ...(details.stopped === undefined ? [] : stoppedLines(details.stopped)),
    `</testsuites>`,
    "",
  ].join("\n");
}

function suiteLines(report: ConformanceReport, summary: SuiteSummary, { rerun }: ReportDetails): readonly string[] {
  const { suite, cases, counts, milliseconds } = summary;
  const head = attributes({
    name: suite,
    tests: cases,
    failures: counts.failed,
    errors: 0,
    skipped: counts.skipped,
    time: seconds(milliseconds),
  });
  const properties = Object.entries({
    backend: report.backend,
    device: report.device,
    accuracy: report.accuracy,
    seed: report.seed,
    untrusted: counts.untrusted,
  }).map(([name, value]) => `      <property ${attributes({ name, value })}/>`);
  return [
    `  <testsuite ${head}>`,
    `    <properties>`,
    ...properties,
    `    </properties>`,
    ...report.results
      .filter((result) => result.suite === suite)
      .flatMap((result) => caseLines(result, rerun?.(result))),
    `  </testsuite>`,
  ];
}

/** The diagnosis as a test suite without cases, because in JUnit's schema only a suite can have output. */
function diagnosisLines({ diagnosis }: ConformanceReport): readonly string[] {
  if (!diagnosis || diagnosis.findings.length === 0) return [];
  const text = diagnosis.findings.map((finding) => describeFinding(finding).join("\n")).join("\n\n");
  return [
    `  <testsuite ${attributes({ name: "diagnosis", tests: 0, failures: 0, errors: 0, skipped: 0, time: seconds(0) })}>`,
    `    <system-out>${escapeMarkup(text)}</system-out>`,
    `  </testsuite>`,
  ];
}

function caseLines(result: CaseResult, rerun: string | undefined): readonly string[] {
  const head = attributes({
    classname: `convene.${result.suite}`,
    name: result.name,
    time: seconds(result.milliseconds),
  });
  const message = result.message ?? "";
  const stack = result.thrown?.stack === undefined ? [] : ["", result.thrown.stack];
  const inside = {
    passed: undefined,
    failed: `<failure ${attributes({ message: message.split("\n")[0]! })}>${escapeMarkup([...describeFailure(result, rerun), ...stack].join("\n"))}</failure>`,
    skipped: `<skipped ${attributes({ message })}/>`,
    untrusted: `<system-out>${escapeMarkup(`untrusted: ${message}`)}</system-out>`,
  }[result.status];
  return inside === undefined
    ? [`    <testcase ${head}/>`]
    : [`    <testcase ${head}>`, `      ${inside}`, `    </testcase>`];
}

function stoppedLines(reason: string): readonly string[] {
  return [
    `  <testsuite ${attributes({ name: "run", tests: 1, failures: 0, errors: 1, skipped: 0, time: seconds(0) })}>`,
    `    <testcase ${attributes({ classname: "convene.run", name: "the run reaches its end", time: seconds(0) })}>`,
    `      <error ${attributes({ message: reason })}/>`,
    `    </testcase>`,
    `  </testsuite>`,
  ];
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escapeAttribute(String(value))}"`)
    .join(" ");
}

/** Escapes line breaks and tabs too, because a parser would make spaces of them. */
function escapeAttribute(text: string): string {
  return escapeMarkup(text).replace(/[\t\n\r]/g, (char) => `&#${char.charCodeAt(0)};`);
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

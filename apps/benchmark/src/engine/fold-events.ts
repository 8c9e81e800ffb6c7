/** Folds events into a report. Pure. A listener that keeps the last report keeps everything if a comparison dies. */

import type { CompareEvent } from "./compare-events.js";
import {
  type Agreement,
  type CompareReport,
  REPORT_FORMAT,
  REPORT_VERSION,
  type Verdict,
  type WorkloadReport,
} from "./compare-report.js";
import { totals } from "./measure/results.js";
import { applyRoofline } from "./roofline/apply-roofline.js";
import { reportWarnings } from "./warnings.js";

/**
 * The report after `event`.
 *
 * @param report the report of the earlier events, or `undefined` for the first event, which is `begin`
 */
export function foldEvent(report: CompareReport | undefined, event: CompareEvent): CompareReport {
  if (event.type === "begin") {
    const { environment, workloads, timePerLayer, verify } = event;
    return {
      format: REPORT_FORMAT,
      version: REPORT_VERSION,
      environment,
      backends: [],
      unavailable: [],
      timePerLayer,
      verification: { state: verify ? "running" : "skipped", verdicts: [], agreement: [] },
      workloads,
      failures: [],
      warnings: [],
      outcome: "running",
    };
  }
  if (!report) throw new Error(`the first event of a comparison must be "begin", and is "${event.type}"`);
  return withWarnings(next(report, event));
}

function next(report: CompareReport, event: Exclude<CompareEvent, { type: "begin" }>): CompareReport {
  switch (event.type) {
    case "backend": {
      const known = report.backends.some(({ name }) => name === event.backend.name);
      const backends = known
        ? report.backends.map((each) => (each.name === event.backend.name ? event.backend : each))
        : [...report.backends, event.backend];
      return { ...report, backends };
    }
    case "unavailable": {
      const { name, reason, remedy } = event;
      return { ...report, unavailable: [...report.unavailable, { name, reason, remedy }] };
    }
    case "phase": {
      const done = event.phase === "time" && report.verification.state === "running";
      return done ? { ...report, verification: { ...report.verification, state: "done" } } : report;
    }
    case "verdict": {
      const { verification } = report;
      const verdicts = [...verification.verdicts, event.verdict];
      const agreement = withVerdict(verification.agreement, event.verdict);
      return { ...report, verification: { ...verification, verdicts, agreement } };
    }
    case "roofline":
      return { ...report, roofline: event.roofline };
    case "layer":
      return withWorkload(report, event.workload, (workload) => {
        const { layer } = event;
        const known = workload.layers.some(({ problem }) => problem === layer.problem);
        const layers = known
          ? workload.layers.map((each) => (each.problem === layer.problem ? layer : each))
          : [...workload.layers, layer];
        const complete = event.final && layers.length === workload.distinctLayers;
        const ranked = rankedBackends(report);
        return { ...workload, layers, complete: complete || workload.complete, totals: totals(layers, ranked) };
      });
    case "network":
      return withWorkload(report, event.workload, (workload) => ({ ...workload, network: event.network }));
    case "failure":
      return { ...report, failures: [...report.failures, event.failure] };
    case "warning":
      return { ...report, observed: [...(report.observed ?? []), event.warning] };
    case "progress":
      return report;
    case "end":
      return { ...report, outcome: event.outcome };
  }
}

/** The open backends with right results, in order. The first is the baseline of every ratio. */
export function rankedBackends({ backends }: Pick<CompareReport, "backends">): readonly string[] {
  return backends.filter(({ wrong }) => !wrong).map(({ name }) => name);
}

function withWorkload(
  report: CompareReport,
  index: number,
  change: (workload: WorkloadReport) => WorkloadReport,
): CompareReport {
  const { roofline } = report;
  const threads = new Map(
    report.backends.flatMap(({ name, threads: count }) => (count === undefined ? [] : [[name, count] as const])),
  );
  const workloads = report.workloads.map((workload, at) => {
    if (at !== index) return workload;
    const changed = change(workload);
    return roofline ? applyRoofline(changed, roofline, threads) : changed;
  });
  return { ...report, workloads };
}

/** The matrix with one more verdict. */
function withVerdict(
  matrix: readonly Agreement[],
  { a, b, status, errorOverBound, problem }: Verdict,
): readonly Agreement[] {
  if (status === "unsupported" || status === "failed") return matrix;
  const before = matrix.find((each) => each.a === a && each.b === b);
  const worse = errorOverBound !== undefined && errorOverBound >= (before?.worst ?? 0);
  const after: Agreement = {
    a,
    ...(b !== undefined && { b }),
    compared: (before?.compared ?? 0) + 1,
    disagreed: (before?.disagreed ?? 0) + (status === "disagrees" ? 1 : 0),
    ...(worse
      ? { worst: errorOverBound, worstProblem: problem }
      : before?.worst !== undefined && { worst: before.worst, worstProblem: before.worstProblem! }),
  };
  return before ? matrix.map((each) => (each === before ? after : each)) : [...matrix, after];
}

function withWarnings(report: CompareReport): CompareReport {
  return { ...report, warnings: [...reportWarnings(report), ...(report.observed ?? [])] };
}

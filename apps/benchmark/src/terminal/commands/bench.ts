/** `convene bench`: the speed of each backend on each layer, and their ratios. The engine measures, and this file prints. */

import { describeThrown } from "@convene/conformance";
import type { BackendTable } from "../../engine/backends.js";
import type { WorkloadReport } from "../../engine/compare-report.js";
import { compare, type CompareHost, type CompareReport, foldEvent } from "../../engine/index.js";
import { formatCount, plural } from "../../engine/format.js";
import { DEFAULT_TIME } from "../../engine/measure/default-time.js";
import { failureWord } from "../../engine/measure/failure.js";
import type { OpenBackends } from "../../engine/open-backends.js";
import type { Roofline } from "../../engine/roofline/roofline.js";
import { describeWarnings } from "../../engine/warnings.js";
import { describeWinner } from "../../engine/winner.js";
import type { Workload } from "../../engine/workloads/index.js";
import { agreementLines, disagreementLines } from "../bench/agreement-table.js";
import { benchBars } from "../bench/bench-bars.js";
import { benchTable, NOISY_MARK } from "../bench/bench-table.js";
import { createLive } from "../bench/live.js";
import { checkApart, printLine, printProse, saveTo, toJson } from "@convene/conformance/terminal";
import type { Io } from "../io.js";
import { openBackends } from "../open-backends.js";
import { reportCsv } from "../report/bench-csv.js";
import { reportHtml } from "../report/bench-html.js";
import { reportMarkdown } from "../report/bench-markdown.js";
import { printBackends, printTitle } from "../report/header.js";
import { describeRoofline, rooflineNotes } from "../roofline/describe-roofline.js";
import { knownEnvironment } from "../version.js";
import { resolveTargets } from "../workloads/resolve-targets.js";

export interface BenchOptions {
  readonly backend?: readonly string[];
  /** The most milliseconds for each layer and backend. */
  readonly time?: number;
  readonly json?: string;
  readonly csv?: string;
  readonly html?: string;
  readonly markdown?: string;
  /** Sizes for the open sizes of an ONNX file. */
  readonly shape?: readonly string[];
  readonly until?: readonly string[];
  /** Whether the roofline is measured, and each figure has its share of it. */
  readonly roofline?: boolean;
  /** The time limit for the whole comparison, in seconds. */
  readonly limit?: number;
  /** `false` (`--no-verify`): backends are timed without a check. */
  readonly verify?: boolean;
}

/** @param measure measures the roofline. Tests replace it */
export async function bench(
  targets: readonly string[],
  options: BenchOptions,
  io: Io,
  table: BackendTable,
  measure?: () => Promise<Roofline>,
): Promise<number> {
  const workloads = resolveTargets(targets.length > 0 ? targets : ["mobilenet-v1"], options);
  const { json: jsonPath, csv: csvPath, html: htmlPath, markdown: markdownPath } = options;
  checkApart({ "--json": jsonPath, "--csv": csvPath, "--html": htmlPath, "--markdown": markdownPath }, io.cwd);
  const json = saveTo(jsonPath, io.cwd);
  const others = [
    [saveTo(csvPath, io.cwd), reportCsv],
    [saveTo(htmlPath, io.cwd), reportHtml],
    [saveTo(markdownPath, io.cwd), reportMarkdown],
  ] as const;
  try {
    const backends = await openBackends(table, options.backend, io, () => printTitle(io, "bench"));
    try {
      printBackends(io, backends);
      if (backends.open.length === 0) return 1;
      const { time, roofline, limit, verify } = options;
      const report = await runBench(workloads, backends, io, {
        ...(time !== undefined && { time }),
        ...(roofline && { roofline }),
        ...(limit !== undefined && { limit: 1000 * limit }),
        ...(verify !== undefined && { verify }),
        ...(measure && { measureRoofline: measure }),
        save: (unfinished) => json.update(() => toJson(unfinished)),
      });
      await json.finish(() => toJson(report));
      for (const [file, content] of others) await file.finish(() => content(report));
      printBench(report, io);
      io.signal.throwIfAborted();
      return backends.incomplete || hasFailed(report) ? 1 : 0;
    } finally {
      await backends.dispose();
    }
  } finally {
    json.discard();
    for (const [file] of others) file.discard();
  }
}

/** Whether a backend is wrong, or lacks a figure that it should have. */
export function hasFailed({ warnings, backends, failures }: CompareReport): boolean {
  const failed = warnings.some(({ kind }) => kind === "failed" || kind === "wrong");
  return failed || failures.length > 0 || backends.some(({ wrong }) => wrong);
}

export interface RunBenchOptions extends Pick<CompareHost, "measureRoofline"> {
  readonly time?: number;
  readonly roofline?: boolean;
  /** The time limit for the whole comparison, in milliseconds. */
  readonly limit?: number;
  readonly verify?: boolean;
  /** Called with the report so far, whenever there are new results. */
  readonly save: (unfinished: CompareReport) => void;
}

/** Measures. After Ctrl-C it returns its results so far, and the caller throws. */
export async function runBench(
  workloads: readonly Workload[],
  open: OpenBackends,
  io: Io,
  { save, measureRoofline, time = DEFAULT_TIME, ...plan }: RunBenchOptions,
): Promise<CompareReport> {
  const live = createLive(io);
  let report: CompareReport | undefined;
  try {
    const events = compare(
      { workloads: workloads.map((workload) => ({ kind: "resolved", workload })), backends: [], time, ...plan },
      {
        signal: io.signal,
        onIdle: io.onIdle,
        open,
        environment: knownEnvironment(),
        ...(measureRoofline && { measureRoofline }),
      },
    );
    for await (const event of events) {
      report = event.type === "end" ? event.report : foldEvent(report, event);
      live.event(event, report);
      if ((event.type === "layer" || event.type === "network") && event.final) save(report);
    }
  } finally {
    live.stop();
  }
  return report!;
}

export function printBench(report: CompareReport, io: Io): void {
  const { yellow, dim, bold, colors } = { ...io.colors, colors: io.colors };
  for (const line of report.roofline ? describeRoofline(report.roofline) : []) printProse(io, dim(line), 2);
  const agreement = agreementLines(report, colors);
  const disagreement = disagreementLines(report, colors);
  if (agreement.length + disagreement.length > 0) printLine(io);
  for (const line of agreement) printProse(io, line, 2);
  for (const line of disagreement) printProse(io, line, 4);
  for (const workload of report.workloads) {
    if (workload.layers.length > 0 || report.outcome === "complete") printWorkload(workload, report, io);
  }
  for (const { backend, message } of report.failures)
    printProse(io, `${yellow("given up:")} ${backend}: ${message}`, 2);
  for (const { what, where, advice } of describeWarnings(report.warnings, report.environment.clockStep)) {
    printProse(io, `${yellow("warning:")} ${what}`, 2);
    if (where !== "") printProse(io, dim(`  ${where}`), 2);
    printProse(io, `  ${advice}`, 2);
  }
  if (report.outcome === "out-of-time") printProse(io, yellow("the time was up: what is not there was not measured"));
  for (const sentence of describeWinner(report)) printProse(io, bold(sentence), 2);
}

function printWorkload(workload: WorkloadReport, report: CompareReport, io: Io): void {
  const { bold, dim, red } = io.colors;
  const baseline = workload.layers.flatMap(({ figures }) => figures).find(({ ratio }) => ratio?.value === 1)?.backend;
  printLine(io);
  printProse(io, `${bold(workload.name)}: ${workload.about}`);
  const measured = workload.layers.length;
  const ended = report.outcome === "out-of-time" ? "then the time was up" : "then interrupted";
  const count = workload.complete
    ? `${plural(workload.distinctLayers, "distinct layer")} of ${formatCount(workload.convolutions)}`
    : `${measured} of ${plural(workload.distinctLayers, "distinct layer")}, ${ended}`;
  printProse(io, dim(`${count}; batch ${workload.batches.join(", ")}, float32, tensors on the device`));
  const mark = `${NOISY_MARK}: too noisy to conclude from`;
  printProse(
    io,
    dim(`ms: median of one run; spread: middle half / median; ratio: time, ${baseline ?? "the first"} is 1; ${mark}`),
  );
  if (measured === 0) return;
  printLine(io);
  for (const line of benchTable(workload, io.colors, io.columns)) printLine(io, line);
  printLine(io);
  const bars = benchBars(workload, report, io.colors, io.columns);
  for (const line of bars) printLine(io, line);
  if (bars.length > 0) printLine(io);
  for (const note of rooflineNotes(workload)) printProse(io, dim(note), 2);
  const failures = [
    ...workload.layers.flatMap(({ problem, failures: own }) => own.map((failure) => ({ ...failure, problem }))),
    ...(workload.network?.failures ?? []).map((failure) => ({ ...failure, problem: "end to end" })),
  ].filter(({ kind }) => kind !== "wrong");
  for (const failure of failures) {
    const { backend, problem, message, kind, thrown } = failure;
    const word = kind === "unsupported" ? dim(failureWord(failure)) : red(failureWord(failure));
    printProse(io, `${word} ${backend} ${problem}: ${message}`, 2);
    // These lines are not wrapped, so that the reader can copy places in files.
    for (const line of thrown ? describeThrown(thrown) : []) printLine(io, `  ${line}`);
  }
}

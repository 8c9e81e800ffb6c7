/** `convene bench`: how fast each backend runs each layer, and which is faster by how much. */

import { describeThrown } from "@convene/conformance";
import type { BackendTable, OpenBackends } from "../../engine/backends.js";
import { openBackends } from "../../engine/backends.js";
import { benchLayer } from "../../engine/measure/bench-layer.js";
import { benchNetwork } from "../../engine/measure/bench-network.js";
import { benchMarkdown, benchTable, type WorkloadResult } from "../bench/bench-table.js";
import { DEFAULT_TIME, NETWORK_TIME_FACTOR } from "../../engine/measure/default-time.js";
import { failureWord } from "../../engine/measure/layer-failure.js";
import { type LayerResult, layerResult, networkResult, totals } from "../../engine/measure/results.js";
import { describeWarnings, type Warning, warningsFor } from "../bench/warnings.js";
import { type Io, printLine, printProse } from "../io.js";
import { formatCount, formatMilliseconds, plural } from "../../engine/format.js";
import { printBackends, printTitle } from "../report/header.js";
import { breathe, createProgress, type Progress } from "../report/progress.js";
import { checkApart, saveTo, toJson } from "../report/save.js";
import { applyRoofline, type Threads } from "../../engine/roofline/apply-roofline.js";
import { describeRoofline, rooflineNotes } from "../roofline/describe-roofline.js";
import { measureRoofline } from "../../engine/roofline/measure-roofline.js";
import { loadProbes } from "../../engine/roofline/probe-kernels.js";
import { type Roofline, threadsOf } from "../../engine/roofline/roofline.js";
import { environment, type Environment } from "../version.js";
import { distinctLayers, layerCount, resolveTargets, type Workload } from "../../engine/workloads/index.js";

export interface BenchOptions {
  readonly backend?: readonly string[];
  /** Milliseconds for each layer and backend. */
  readonly time?: number;
  readonly json?: string;
  /** Sizes that an ONNX file leaves open. */
  readonly shape?: readonly string[];
  readonly markdown?: string;
  /** Measure what the machine allows, and show each figure's share of that. */
  readonly roofline?: boolean;
}

export interface BenchReport {
  readonly command: "bench";
  readonly environment: Environment;
  readonly backends: readonly { readonly name: string; readonly device: string }[];
  readonly unavailable: OpenBackends["unavailable"];
  readonly timePerLayer: number;
  /** Where it was asked for. */
  readonly roofline?: Roofline;
  /** Ctrl-C came before the end. */
  readonly interrupted: boolean;
  readonly workloads: readonly WorkloadResult[];
  readonly warnings: readonly Warning[];
}

/** @param measure measures the roofline; replaced in tests */
export async function bench(
  targets: readonly string[],
  options: BenchOptions,
  io: Io,
  table: BackendTable,
  measure: (io: Io) => Promise<Roofline> = measureThisMachine,
): Promise<number> {
  const workloads = resolveTargets(targets.length > 0 ? targets : ["mobilenet-v1"], options.shape);
  checkApart({ "--json": options.json, "--markdown": options.markdown });
  const [json, markdown] = [saveTo(options.json), saveTo(options.markdown)];
  try {
    const backends = await openBackends(table, options.backend, io);
    try {
      printTitle(io, "bench", environment());
      printBackends(io, backends);
      if (backends.open.length === 0) return 1;
      // After the backends were opened: one of them may have set V8's flags.
      const roofline = options.roofline ? await measure(io) : undefined;
      for (const line of roofline ? describeRoofline(roofline) : []) printProse(io, io.colors.dim(line), 2);
      const save = (unfinished: BenchReport): void => json.update(() => toJson(unfinished));
      const report = await runBench(workloads, backends, options.time, io, save, roofline);
      await json.finish(() => toJson(report));
      await markdown.finish(() => reportMarkdown(report));
      printBench(report, workloads, io);
      io.signal.throwIfAborted();
      return backends.incomplete || hasFailed(report) ? 1 : 0;
    } finally {
      await backends.dispose();
    }
  } finally {
    json.discard();
    markdown.discard();
  }
}

async function measureThisMachine(io: Io): Promise<Roofline> {
  return measureRoofline(await loadProbes(), { pause: () => breathe(io) });
}

function reportMarkdown({ workloads, roofline }: BenchReport): string {
  const head = roofline ? [`${describeRoofline(roofline).join(".\n")}.\n`] : [];
  const tables = workloads.flatMap((result) => {
    const notes = rooflineNotes(result).map((note) => `- ${note}\n`);
    return notes.length > 0 ? [benchMarkdown(result), notes.join("")] : [benchMarkdown(result)];
  });
  return [...head, ...tables].join("\n");
}

/** Whether a backend has given no figure where it should have. */
export function hasFailed({ warnings }: BenchReport): boolean {
  return warnings.some(({ kind }) => kind === "failed");
}

/** Measures. After Ctrl-C it gives what it has, and leaves it to the caller to throw. */
export async function runBench(
  workloads: readonly Workload[],
  backends: OpenBackends,
  time = DEFAULT_TIME,
  io: Io,
  save: (unfinished: BenchReport) => void,
  roofline?: Roofline,
): Promise<BenchReport> {
  const results: WorkloadResult[] = [];
  const context = {
    command: "bench",
    environment: environment(),
    backends: backends.open.map(({ name, backend }) => ({ name, device: backend.device })),
    unavailable: backends.unavailable,
    timePerLayer: time,
    ...(roofline && { roofline }),
  } as const;
  const threads = threadsOfBackends(backends);
  const finish = (result: WorkloadResult): WorkloadResult =>
    roofline ? applyRoofline(result, roofline, threads) : result;
  const report = (interrupted: boolean, unfinished: readonly WorkloadResult[] = []): BenchReport => {
    const all = [...results, ...unfinished];
    return { ...context, interrupted, workloads: all, warnings: all.flatMap(workloadWarnings) };
  };

  const steps = workloads.reduce((sum, { layers, chain }) => sum + distinctLayers(layers).length + (chain ? 1 : 0), 0);
  const progress = createProgress(io, steps);
  try {
    for (const workload of workloads) {
      const result = await benchWorkload(workload, backends, time, io, progress, (unfinished) =>
        save(report(true, [finish(unfinished)])),
      );
      results.push(finish(result));
      if (io.signal.aborted) break;
    }
  } finally {
    progress.stop();
  }
  return report(io.signal.aborted);
}

function threadsOfBackends({ open }: OpenBackends): Threads {
  return new Map(
    open.flatMap(({ name, backend }) => {
      const threads = threadsOf(backend.device);
      return threads === undefined ? [] : [[name, threads] as const];
    }),
  );
}

async function benchWorkload(
  workload: Workload,
  backends: OpenBackends,
  time: number,
  io: Io,
  progress: Progress,
  save: (unfinished: WorkloadResult) => void,
): Promise<WorkloadResult> {
  const baseline = backends.open[0]!.name;
  const names = backends.open.map(({ name }) => name);
  const distinct = distinctLayers(workload.layers);
  const layers: LayerResult[] = [];
  const current = (): WorkloadResult => ({
    name: workload.name,
    about: workload.about,
    complete: layers.length === distinct.length,
    layers,
    totals: totals(layers, names),
  });
  try {
    for (const layer of distinct) {
      progress.begin(layer.text);
      const result = layerResult(layer, await benchLayer(layer.problem, backends.open, io, time), baseline);
      layers.push(result);
      progress.advance(`${layer.text}: ${briefly(result)}`);
      save(current());
    }
    if (!workload.chain) return current();

    progress.begin("end to end");
    const outcome = await benchNetwork(workload.chain, backends.open, io, time * NETWORK_TIME_FACTOR);
    const macs = layers.reduce((sum, layer) => sum + layer.macs * layer.repeat, 0);
    const network = networkResult(outcome, macs, baseline);
    progress.advance(`end to end: ${briefly(network)}`);
    return { ...current(), network };
  } catch (error) {
    if (!io.signal.aborted) throw error;
    return current();
  }
}

function briefly({ figures, failures }: Pick<LayerResult, "figures" | "failures">): string {
  return [
    ...figures.map(({ backend, median }) => `${backend} ${formatMilliseconds(median)} ms`),
    ...failures.map((failure) => `${failure.backend} ${failureWord(failure)}`),
  ].join(", ");
}

function workloadWarnings({ layers, network }: WorkloadResult): readonly Warning[] {
  const rows = [
    ...layers.map(({ problem, figures, failures }) => ({ subject: problem, figures, failures })),
    ...(network ? [{ subject: "end to end", ...network }] : []),
  ];
  return rows.flatMap(({ subject, figures, failures }) => [
    ...figures.flatMap((figure) => warningsFor(subject, figure.backend, figure.samples, figure)),
    ...failures.map(({ backend, unsupported }) => ({
      kind: unsupported ? ("unsupported" as const) : ("failed" as const),
      subject,
      backend,
    })),
  ]);
}

export function printBench(report: BenchReport, workloads: readonly Workload[], io: Io): void {
  const { yellow, dim } = io.colors;
  for (const [index, result] of report.workloads.entries()) {
    printWorkload(result, workloads[index]!, report.backends[0]!.name, io);
  }
  for (const [what, where, advice] of describeWarnings(report.warnings)) {
    printProse(io, `${yellow("warning:")} ${what}`, 2);
    printProse(io, dim(`  ${where}`), 2);
    printProse(io, `  ${advice}`, 2);
  }
}

function printWorkload(result: WorkloadResult, workload: Workload, baseline: string, io: Io): void {
  const { bold, dim, red } = io.colors;
  printLine(io);
  printProse(io, `${bold(result.name)}: ${result.about}`);
  const measured = result.layers.length;
  const all = distinctLayers(workload.layers).length;
  const count = result.complete
    ? `${plural(all, "distinct layer")} of ${formatCount(layerCount(workload))}`
    : `${measured} of ${plural(all, "distinct layer")}, then interrupted`;
  const batches = [...new Set(workload.layers.map(({ problem }) => problem.n))].join(", ");
  printProse(io, dim(`${count}; batch ${batches}, float32, tensors on the device`));
  printProse(io, dim(`ms: median of one run; spread: middle half / median; ratio: time, ${baseline} is 1`));
  if (measured === 0) return;
  printLine(io);
  for (const line of benchTable(result, io.colors, io.columns)) printLine(io, line);
  printLine(io);
  for (const note of rooflineNotes(result)) printProse(io, dim(note), 2);
  const failures = [
    ...result.layers.flatMap(({ problem, failures: own }) => own.map((failure) => ({ ...failure, problem }))),
    ...(result.network?.failures ?? []).map((failure) => ({ ...failure, problem: "end to end" })),
  ];
  for (const failure of failures) {
    const { backend, problem, message, unsupported, thrown } = failure;
    const word = unsupported ? dim(failureWord(failure)) : red(failureWord(failure));
    printProse(io, `${word} ${backend} ${problem}: ${message}`, 2);
    // As it is: places in files are there to be copied.
    for (const line of thrown ? describeThrown(thrown) : []) printLine(io, `  ${line}`);
  }
}

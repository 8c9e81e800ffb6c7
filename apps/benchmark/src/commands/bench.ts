/** `convene bench`: how fast each backend runs each layer, and which is faster by how much. */

import type { BackendTable, OpenBackends } from "../backends.js";
import { openBackends } from "../backends.js";
import { benchLayer } from "../bench/bench-layer.js";
import { benchNetwork } from "../bench/bench-network.js";
import { benchMarkdown, benchTable, type WorkloadResult } from "../bench/bench-table.js";
import { failureWord } from "../bench/layer-failure.js";
import { type Figure, type LayerResult, layerResult, networkResult, totals } from "../bench/results.js";
import { describeWarnings, type Warning, warningsFor } from "../bench/warnings.js";
import { type Io, printLine } from "../io.js";
import { formatMilliseconds, plural } from "../report/format.js";
import { printBackends } from "../report/header.js";
import { breathe, createProgress, type Progress } from "../report/progress.js";
import { saveTo, toJson } from "../report/save.js";
import { describeEnvironment, environment, type Environment } from "../version.js";
import { distinctLayers, layerCount, resolveTargets, type Workload } from "../workloads/index.js";

export const DEFAULT_TIME = 250;
/** The whole network is one row; it gets the time of several layers. */
const NETWORK_TIME_FACTOR = 4;

export interface BenchOptions {
  readonly backend?: readonly string[];
  /** Milliseconds for each layer and backend. */
  readonly time?: number;
  readonly json?: string;
  readonly markdown?: string;
}

export interface BenchReport {
  readonly command: "bench";
  readonly environment: Environment;
  readonly backends: readonly { readonly name: string; readonly device: string }[];
  readonly unavailable: OpenBackends["unavailable"];
  readonly timePerLayer: number;
  /** Ctrl-C came before the end. */
  readonly interrupted: boolean;
  readonly workloads: readonly WorkloadResult[];
  readonly warnings: readonly Warning[];
}

export async function bench(
  targets: readonly string[],
  options: BenchOptions,
  io: Io,
  table: BackendTable,
): Promise<number> {
  const workloads = resolveTargets(targets.length > 0 ? targets : ["mobilenet-v1"]);
  const backends = await openBackends(table, options.backend);
  try {
    printLine(io, `${io.colors.bold("bench")}  ${describeEnvironment(environment())}`);
    printBackends(io, backends);
    if (backends.open.length === 0) return 1;
    const report = await runBench(workloads, backends, options, io);
    io.signal.throwIfAborted();
    return backends.incomplete || report.warnings.some(({ kind }) => kind === "failed") ? 1 : 0;
  } finally {
    await backends.dispose();
  }
}

/** Measures, prints and saves. After Ctrl-C it does so with what it has, and leaves it to the caller to throw. */
export async function runBench(
  workloads: readonly Workload[],
  backends: OpenBackends,
  options: Omit<BenchOptions, "backend">,
  io: Io,
): Promise<BenchReport> {
  const { time = DEFAULT_TIME } = options;
  const json = saveTo(options.json);
  const markdown = saveTo(options.markdown);
  const results: WorkloadResult[] = [];
  const warnings: Warning[] = [];
  const context = {
    command: "bench",
    environment: environment(),
    backends: backends.open.map(({ name, backend }) => ({ name, device: backend.device })),
    unavailable: backends.unavailable,
    timePerLayer: time,
  } as const;
  const report = (interrupted: boolean, unfinished: readonly WorkloadResult[] = []): BenchReport => ({
    ...context,
    interrupted,
    workloads: [...results, ...unfinished],
    warnings,
  });

  const steps = workloads.reduce((sum, { layers, chain }) => sum + distinctLayers(layers).length + (chain ? 1 : 0), 0);
  const progress = createProgress(io, steps);
  try {
    for (const workload of workloads) {
      const result = await benchWorkload(workload, backends, time, io, progress, (unfinished) =>
        json.update(toJson(report(true, [unfinished]))),
      );
      results.push(result);
      warnings.push(...workloadWarnings(result));
      if (io.signal.aborted) break;
    }
  } finally {
    progress.stop();
  }

  const final = report(io.signal.aborted);
  json.update(toJson(final));
  json.finish();
  markdown.update(results.map(benchMarkdown).join("\n"));
  markdown.finish();
  for (const [index, result] of results.entries()) printWorkload(result, workloads[index]!, io);
  for (const [what, where, advice] of describeWarnings(warnings)) {
    printLine(io, `${io.colors.yellow("warning:")} ${what}`);
    printLine(io, io.colors.dim(`  ${where}`));
    printLine(io, `  ${advice}`);
  }
  return final;
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
  const pause = (): Promise<void> => breathe(io);
  const layers: LayerResult[] = [];
  const current = (): WorkloadResult => ({
    name: workload.name,
    about: workload.about,
    layers,
    totals: totals(layers, names),
  });
  try {
    for (const layer of distinctLayers(workload.layers)) {
      progress.begin(layer.text);
      const result = layerResult(
        layer,
        await benchLayer(layer.problem, backends.open, { budget: time, pause }),
        baseline,
      );
      layers.push(result);
      progress.advance(`${layer.text}: ${briefly(result.figures)}`);
      save(current());
    }
    if (!workload.chain) return current();

    progress.begin("end to end");
    const outcome = await benchNetwork(workload.chain, backends.open, { budget: time * NETWORK_TIME_FACTOR, pause });
    const macs = layers.reduce((sum, layer) => sum + layer.macs * layer.repeat, 0);
    const network = networkResult(outcome, macs, baseline);
    progress.advance(`end to end: ${briefly(network.figures)}`);
    return { ...current(), network };
  } catch (error) {
    if (!io.signal.aborted) throw error;
    return current();
  }
}

function briefly(figures: readonly Figure[]): string {
  return figures.map(({ backend, median }) => `${backend} ${formatMilliseconds(median)} ms`).join(", ");
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

function printWorkload(result: WorkloadResult, workload: Workload, io: Io): void {
  const { bold, dim, red } = io.colors;
  const baseline = result.layers[0]?.figures[0]?.backend ?? "the first backend";
  printLine(io);
  printLine(io, `${bold(result.name)}: ${result.about}`);
  const measured = result.layers.length;
  const all = distinctLayers(workload.layers).length;
  const count =
    measured < all
      ? `${measured} of ${all} distinct layers, then interrupted`
      : `${plural(all, "distinct layer")} of ${layerCount(workload)}`;
  const batches = [...new Set(workload.layers.map(({ problem }) => problem.n))].join(", ");
  printLine(io, dim(`${count}; batch ${batches}, float32, tensors on the device`));
  printLine(io, dim(`ms: median of one run; spread: middle half / median; ratio: time, ${baseline} is 1`));
  if (measured === 0) return;
  printLine(io);
  for (const line of benchTable(result, io.colors, io.columns)) printLine(io, line);
  printLine(io);
  const failures = [
    ...result.layers.flatMap(({ problem, failures: own }) => own.map((failure) => ({ ...failure, problem }))),
    ...(result.network?.failures ?? []).map((failure) => ({ ...failure, problem: "end to end" })),
  ];
  for (const failure of failures) {
    const { backend, problem, message, unsupported } = failure;
    const word = unsupported ? dim(failureWord(failure)) : red(failureWord(failure));
    printLine(io, `${word} ${backend} ${problem}: ${message}`);
  }
}

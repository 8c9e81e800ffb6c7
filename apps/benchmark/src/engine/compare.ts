/**
 * The engine. It verifies backends on a workload, times the right ones, and reports its results by events. It uses no screen and no
 * module of Node, so a terminal, a page, a worker and a test listen in the same way.
 */

import { InputError } from "@convene/conformance";
import type { CompareEvent, Phase } from "./compare-events.js";
import type { ComparePlan } from "./compare-plan.js";
import type { BackendReport, CompareReport, Failure, LayerReport, Verdict, WorkloadReport } from "./compare-report.js";
import { BACKENDS, type BackendTable } from "./backends.js";
import { circumstances } from "./circumstances.js";
import { createEventQueue } from "./event-queue.js";
import { findEnvironment, type KnownEnvironment } from "./environment.js";
import { foldEvent } from "./fold-events.js";
import { DEFAULT_TIME, NETWORK_TIME_FACTOR } from "./measure/default-time.js";
import { failureKind, failureOf } from "./measure/failure.js";
import { measureLayer } from "./measure/measure-layer.js";
import { measureNetwork } from "./measure/measure-network.js";
import { layerReport, networkReport } from "./measure/results.js";
import { clockStepOf, type Timing } from "./measure/timing.js";
import { type OpenBackend, openBackends, type OpenBackends, type OpeningHost } from "./open-backends.js";
import { measureRoofline } from "./roofline/measure-roofline.js";
import { loadProbes } from "./roofline/probe-kernels.js";
import type { Roofline } from "./roofline/roofline.js";
import { breathe, type Waiting } from "./settle.js";
import { createTimeLeft } from "./time-left.js";
import { verifyWorkload } from "./verify/verify-workload.js";
import { distinctLayers, layerCount, resolveChoice, type Workload } from "./workloads/index.js";

/** The engine's connection to its host. Only `signal` has no default. */
export interface CompareHost extends Partial<OpeningHost> {
  /** A signal that stops the comparison. The results so far are reported. */
  readonly signal: AbortSignal;
  /** The table of backends with a name. Default: Convene's own backends. */
  readonly table?: BackendTable;
  /** Open backends. The engine neither opens nor disposes them. */
  readonly open?: OpenBackends;
  /** Facts that the engine cannot find out: Convene's version, the processor's name. */
  readonly environment?: KnownEnvironment;
  /** Conditions that the host sees. The engine asks for them after each layer. */
  readonly conditions?: () => readonly ("background" | "power-saving")[];
  /** Milliseconds without an answer, after which a backend has failed. Default: a minute. */
  readonly silence?: number;
  /** The clock, in milliseconds. Tests replace it. */
  readonly now?: () => number;
  /** Measures the roofline. Tests replace it. */
  readonly measureRoofline?: () => Promise<Roofline>;
}

const SILENCE = 60_000;
/** Milliseconds between two events of figures that are not final. */
const UPDATE_EVERY = 200;
/** The largest width of a ratio's interval, as a share of the ratio. */
const DEFAULT_PRECISION = 0.02;
/** The number of unanswered cases in a row after which a backend is given up. */
const MOST_UNANSWERED = 2;

/**
 * Compares backends, and yields events. The last event is `end`, with the whole report, also after a stop. Leaving the loop stops the
 * comparison.
 *
 * @throws InputError for a plan that is not valid, for example with an unknown name or a wrong problem. Nothing has been measured then
 */
export async function* compare(plan: ComparePlan, host: CompareHost): AsyncGenerator<CompareEvent, void> {
  const { time = DEFAULT_TIME, verify = true } = plan;
  const workloads = plan.workloads.map(resolveChoice);
  if (workloads.length === 0) throw new InputError("a comparison needs a workload");
  if (plan.backends.length === 0 && !host.open) throw new InputError("a comparison needs a backend");

  const stop = new AbortController();
  const forward = (): void => stop.abort(host.signal.reason);
  if (host.signal.aborted) forward();
  host.signal.addEventListener("abort", forward);
  const queue = createEventQueue<CompareEvent>();
  const run = runComparison({ plan, host, workloads, time, verify, stop }, queue.push).finally(queue.close);
  try {
    yield* queue.events();
    await run;
  } finally {
    host.signal.removeEventListener("abort", forward);
    stop.abort(new Error("nobody listens any more"));
    await run.catch(() => undefined);
  }
}

interface Comparison {
  readonly plan: ComparePlan;
  readonly host: CompareHost;
  readonly workloads: readonly Workload[];
  readonly time: number;
  readonly verify: boolean;
  readonly stop: AbortController;
}

function failureOfVerdict({ a, status, message = "", thrown }: Verdict): Failure {
  const kind = status === "unsupported" ? "unsupported" : failureKind(message);
  return { backend: a, kind, message, ...(thrown && { thrown }) };
}

/** The reason of an early end at the plan's time limit. */
class OutOfTime extends Error {}

async function runComparison(comparison: Comparison, push: (event: CompareEvent) => void): Promise<void> {
  const { plan, host, workloads, time, verify, stop } = comparison;
  const { now = () => performance.now(), onIdle = () => () => undefined, silence: limit = SILENCE } = host;
  const waiting: Waiting = { signal: stop.signal, onIdle };
  let report: CompareReport | undefined;
  const emit = (event: CompareEvent): void => {
    report = foldEvent(report, event);
    push(event);
  };
  const clockStep = clockStepOf(now);
  const environment = findEnvironment(host.environment ?? {}, clockStep);
  const begun = now();
  emit({
    type: "begin",
    environment,
    backends: host.open?.open.map(({ name }) => name) ?? plan.backends,
    workloads: workloads.map(outline),
    timePerLayer: time,
    verify,
  });
  let outOfTime = false;
  const alarm =
    plan.limit === undefined
      ? undefined
      : setTimeout(() => {
          outOfTime = true;
          stop.abort(new OutOfTime("the time is up"));
        }, plan.limit);
  const left = createTimeLeft({ workloads, time, verify, roofline: plan.roofline ?? false });
  const progress = (phase: Phase, done: number, total: number, label: string, backends: number): void => {
    const elapsed = now() - begun;
    const remaining = left.remaining(phase, done, backends, elapsed);
    emit({ type: "progress", phase, done, total, label, elapsed, remaining });
  };

  const reports = new Map<string, BackendReport>();
  const update = (name: string, change: Partial<BackendReport>): void => {
    const changed = { ...reports.get(name)!, ...change };
    reports.set(name, changed);
    emit({ type: "backend", backend: changed });
  };
  const opened: OpenBackends[] = [];
  /** Failures of backends during the checks. A backend is not asked for the same problem again. */
  const known: { readonly verdict: Verdict; readonly failure: Failure }[] = [];
  try {
    emit({ type: "phase", phase: "open" });
    const open = await openAll();
    const usable = (): readonly OpenBackend[] =>
      open.filter(({ name }) => !reports.get(name)!.wrong && reports.get(name)!.givenUp === undefined);

    let roofline: Roofline | undefined;
    if (plan.roofline) {
      emit({ type: "phase", phase: "roofline" });
      // The backends are open already, because one of them may have set V8's flags.
      roofline = host.measureRoofline
        ? await host.measureRoofline()
        : await measureRoofline(await loadProbes(), { pause: () => breathe(waiting) });
      emit({ type: "roofline", roofline });
    }
    if (verify && open.length > 0) await verifyAll(open, usable);
    if (open.length > 0) await timeAll(usable);
    finish("complete");
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    finish(outOfTime ? "out-of-time" : "stopped");
  } finally {
    clearTimeout(alarm);
    for (const each of opened) await each.dispose().catch(() => undefined);
  }

  function finish(outcome: "complete" | "stopped" | "out-of-time"): void {
    const whole = foldEvent(report, { type: "end", outcome, report: report! });
    push({ type: "end", outcome, report: whole });
  }

  async function openAll(): Promise<readonly OpenBackend[]> {
    const table = host.table ?? BACKENDS;
    const open: OpenBackend[] = [];
    const names = host.open ? [undefined] : [...new Set(plan.backends)];
    for (const [index, name] of names.entries()) {
      progress("open", index, names.length, name ?? "", names.length);
      try {
        const found = host.open ?? (await openBackends(table, [name!], { ...host, ...waiting }));
        if (!host.open) opened.push(found);
        for (const each of found.unavailable) emit({ type: "unavailable", ...each });
        for (const each of found.open) {
          // Two files may give backends with the same name.
          const unique = open.some((other) => other.name === each.name) ? { ...each, name: each.asked } : each;
          open.push(unique);
          reports.set(unique.name, circumstances(unique, environment));
          emit({ type: "backend", backend: reports.get(unique.name)! });
        }
      } catch (error) {
        if (stop.signal.aborted || error instanceof InputError) throw error;
        emit({ type: "failure", failure: failureOf(name!, error) });
      }
    }
    return open;
  }

  async function verifyAll(open: readonly OpenBackend[], usable: () => readonly OpenBackend[]): Promise<void> {
    emit({ type: "phase", phase: "verify" });
    const unanswered = new Map<string, number>();
    const total = left.verifySteps;
    let done = 0;
    for (const workload of workloads) {
      await verifyWorkload(workload, usable(), {
        waiting,
        limit,
        givenUp: (name) => reports.get(name)!.givenUp !== undefined,
        onProblem: (text) => progress("verify", Math.min(done++, total), total, text, open.length),
        onVerdict: (verdict) => {
          emit({ type: "verdict", verdict });
          const { a, b, status } = verdict;
          if (b !== undefined) return;
          if (status === "unsupported" || status === "failed")
            known.push({ verdict, failure: failureOfVerdict(verdict) });
          if (status === "disagrees" && !reports.get(a)!.wrong) update(a, { wrong: true });
          if (status !== "failed") return void unanswered.set(a, 0);
          const failure = failureOfVerdict(verdict);
          if (failure.kind === "lost") return giveUp([failure]);
          if (failure.kind !== "silent") return;
          unanswered.set(a, (unanswered.get(a) ?? 0) + 1);
          if (unanswered.get(a)! >= MOST_UNANSWERED) giveUp([failure]);
        },
      });
    }
  }

  async function timeAll(usable: () => readonly OpenBackend[]): Promise<void> {
    emit({ type: "phase", phase: "time" });
    const total = left.timeSteps;
    let done = 0;
    const seen = new Set<string>();
    for (const [index, workload] of workloads.entries()) {
      const options = { baseline: usable()[0]?.name ?? "", clockStep };
      for (const layer of distinctLayers(workload.layers)) {
        progress("time", done, total, layer.text, usable().length);
        const onUpdate = throttled((outcome: Parameters<typeof layerReport>[1]) =>
          emit({
            type: "layer",
            workload: index,
            layer: withWrong(layerReport(layer, outcome, options)),
            final: false,
          }),
        );
        const failed = known
          .filter(({ verdict }) => verdict.workload === workload.name && verdict.problem === layer.text)
          .map(({ failure }) => failure);
        const able = usable().filter(({ name }) => !failed.some(({ backend }) => backend === name));
        const measured = await measureLayer(layer.problem, able, timing(time), onUpdate);
        const outcome = { ...measured, failures: [...failed, ...measured.failures] };
        emit({ type: "layer", workload: index, layer: withWrong(layerReport(layer, outcome, options)), final: true });
        giveUp(measured.failures);
        observe(seen);
        done++;
      }
      if (!workload.chain) continue;
      progress("time", done, total, "end to end", usable().length);
      const { macs } = workload.chain.network.cost(workload.chain.inputShapes);
      const onUpdate = throttled((outcome: Parameters<typeof networkReport>[0]) =>
        emit({ type: "network", workload: index, network: networkReport(outcome, macs, options), final: false }),
      );
      const outcome = await measureNetwork(workload.chain, usable(), timing(time * NETWORK_TIME_FACTOR), onUpdate);
      const network = withWrong(networkReport(outcome, macs, options));
      emit({ type: "network", workload: index, network, final: true });
      giveUp(outcome.failures);
      observe(seen);
      done++;
    }
    progress("time", total, total, "", usable().length);
  }

  /** Adds failures for wrong results. These are not timed, and the table says so. */
  function withWrong<Result extends Pick<LayerReport, "failures">>(result: Result): Result {
    const wrong = [...reports.values()]
      .filter((each) => each.wrong)
      .map(({ name: backend }): Failure => ({ backend, kind: "wrong", message: "not timed: its results are wrong" }));
    return { ...result, failures: [...result.failures, ...wrong] };
  }

  /** Gives up backends: a lost device does not come back, and a backend without an answer may block the next sample too. */
  function giveUp(failures: readonly Failure[]): void {
    for (const failure of failures) {
      if (failure.kind !== "lost" && failure.kind !== "silent") continue;
      if (reports.get(failure.backend)!.givenUp !== undefined) continue;
      update(failure.backend, { givenUp: failure.message });
      emit({ type: "failure", failure });
    }
  }

  function observe(seen: Set<string>): void {
    for (const kind of host.conditions?.() ?? []) {
      if (seen.has(kind)) continue;
      seen.add(kind);
      emit({ type: "warning", warning: { kind } });
    }
  }

  function timing(budget: number): Timing {
    return { waiting, budget, precision: plan.precision ?? DEFAULT_PRECISION, clockStep, now, limit };
  }

  function throttled<T>(work: (value: T) => void): (value: T) => void {
    let last = -Infinity;
    return (value) => {
      if (now() - last < UPDATE_EVERY) return;
      last = now();
      work(value);
    };
  }
}

function outline(workload: Workload): WorkloadReport {
  const distinct = distinctLayers(workload.layers);
  return {
    name: workload.name,
    about: workload.about,
    convolutions: layerCount(workload),
    distinctLayers: distinct.length,
    batches: [...new Set(workload.layers.map(({ problem }) => problem.n))],
    complete: distinct.length === 0,
    layers: [],
    totals: [],
  };
}

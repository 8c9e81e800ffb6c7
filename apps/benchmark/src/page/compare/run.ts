/** The present comparison, as signals. It can be started, watched and stopped, and a comparison that hangs is ended. No figure is lost. */

import { signal } from "@preact/signals";
import type { ComparePlan } from "../../engine/compare-plan.js";
import type { CompareReport } from "../../engine/compare-report.js";
import { watchLongTasks } from "./long-tasks.js";
import type { FromWorker, Progress, ToWorker } from "./messages.js";
import { peerModules } from "./page-peers.js";

/** `"stopping"`: the reader stopped the comparison, and its present step still runs. */
export type RunState = "idle" | "running" | "stopping";

export const runState = signal<RunState>("idle");
export const progress = signal<Progress | undefined>(undefined);
/** The shown report: of the present or the last comparison, or of a file. */
export const report = signal<CompareReport | undefined>(undefined);
/** The source of the report: a file's name, or `undefined` for this page. */
export const source = signal<string | undefined>(undefined);
/** A fault, in sentences. */
export const trouble = signal<string | undefined>(undefined);
/** The longest time for which the page's own thread was blocked during the comparison, in milliseconds. */
export const longestTask = signal<number | undefined>(undefined);

/** Milliseconds without a message from the worker after which it counts as hanging. A slow layer may take long. */
const PATIENCE = 120_000;
/** Milliseconds that a stopped comparison gets to end by itself. */
const STOP_PATIENCE = 4000;

let worker: Worker | undefined;
let watchdog: ReturnType<typeof setTimeout> | undefined;
let stopWatching = (): void => undefined;

const ask = (message: ToWorker): void => worker?.postMessage(message);
const onVisibility = (): void => ask({ type: "hidden", hidden: document.hidden });

/** Starts a comparison, and ends a running one. */
export function start(plan: ComparePlan): void {
  finish();
  trouble.value = undefined;
  progress.value = undefined;
  report.value = undefined;
  source.value = undefined;
  longestTask.value = 0;
  try {
    worker = new Worker(new URL("./compare-worker.ts", import.meta.url), { type: "module", name: "compare" });
  } catch (error) {
    trouble.value = `This browser starts no worker (${error instanceof Error ? error.message : String(error)}), and a comparison needs one. Explain works without.`;
    return;
  }
  runState.value = "running";
  worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => take(data));
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    fail(`The comparison ended with an error: ${event.message || "its worker could not be loaded"}.`);
  });
  worker.addEventListener("messageerror", () => fail("The comparison sent something that cannot be read."));
  document.addEventListener("visibilitychange", onVisibility);
  stopWatching = watchLongTasks((milliseconds) => {
    longestTask.value = Math.max(longestTask.peek() ?? 0, milliseconds);
  });
  onVisibility();
  ask({ type: "start", plan, peers: peerModules() });
  watch();
}

/** Stops the comparison, and keeps its results. If it does not end by itself, because a backend still computes, its worker is ended. */
export function stop(): void {
  if (runState.peek() !== "running") return;
  runState.value = "stopping";
  ask({ type: "stop" });
  clearTimeout(watchdog);
  watchdog = setTimeout(() => keep("stopped"), STOP_PATIENCE);
}

/** Shows a report from elsewhere. */
export function show(loaded: CompareReport, name: string): void {
  finish();
  trouble.value = undefined;
  longestTask.value = undefined;
  report.value = loaded;
  source.value = name;
}

function take(message: FromWorker): void {
  watch();
  if (message.type === "progress") progress.value = message.progress;
  else if (message.type === "report") report.value = message.report;
  else if (message.type === "error") fail(`The comparison cannot run: ${message.message}.`);
  else finish();
}

function watch(): void {
  if (runState.peek() === "stopping") return;
  clearTimeout(watchdog);
  watchdog = setTimeout(() => {
    const at = progress.peek()?.label;
    fail(
      `No word from the comparison for ${PATIENCE / 1000} s${at ? `, at ${at}` : ""}, so it was ended. Leave out the backend that hangs, and start again.`,
    );
  }, PATIENCE);
}

function fail(words: string): void {
  trouble.value = report.peek() ? `${words} What was measured until then is kept.` : words;
  keep("stopped");
}

/** Keeps the report as it is, and notes how it ended. */
function keep(outcome: "stopped"): void {
  const last = report.peek();
  if (last && last.outcome === "running") report.value = { ...last, outcome };
  finish();
}

function finish(): void {
  clearTimeout(watchdog);
  worker?.terminate();
  worker = undefined;
  document.removeEventListener("visibilitychange", onVisibility);
  stopWatching();
  stopWatching = () => undefined;
  progress.value = undefined;
  runState.value = "idle";
}

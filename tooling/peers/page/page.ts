/** The page: runs the suite on the adapter that it was bundled with, and says case by case what came of it. */

import {
  type CaseResult,
  checkProblem,
  type Diagnosis,
  type OperandKind,
  runConformance,
  type SuiteName,
} from "@convene/conformance";
import { type Backend, type Conv2dProblem, formatProblem, isOperationString, parseProblem } from "@convene/core";
// The adapter of the peer, which the bundler puts here.
import adapter from "peer-adapter";
import { diagnose } from "../../../packages/conformance/src/diagnosis/diagnose.js";
import { watchConsole } from "./console-faults.js";
import type { PageFactory } from "./page-factory.js";
import { casesOf } from "./cases-of.js";
import { shrinkProblem } from "./shrink.js";
import { caseKey, type PageMessage, type Shrunk, type Task } from "./task.js";

/** Milliseconds for a case, over a driver in software on cores that others keep busy. */
const LIMIT = 60_000;
/** Tries for one failure. */
const TRIES = 60;
/** Milliseconds for the problems that a diagnosis tries: a plan takes up to a second here, where ours take one of a thousand. */
const DIAGNOSIS_TIME = 240_000;
/** By what kind of operands a suite holds a problem that a case is named after. */
const KINDS: Partial<Record<SuiteName, OperandKind>> = { exact: "integer", bounded: "real" };

/** At once and in order, so that whoever finds the page dead knows which case it was in. */
function tell(message: PageMessage): void {
  send("/report", message);
}

function send(path: string, content: unknown): void {
  const request = new XMLHttpRequest();
  request.open("POST", path, false);
  request.send(JSON.stringify(content));
}

async function main(): Promise<void> {
  const task = (await (await fetch("task.json")).json()) as Task;
  const open = adapter as PageFactory;
  const factory = await open({ faults: watchConsole(), variant: task.variant, modules: "/modules/", threads: 1 });
  const first = await factory();
  const { device } = first;
  await first.dispose();
  const { suites, seed, selection, randomProblems, done: before, most } = task;
  const options = { seed, ...(randomProblems === undefined ? {} : { randomProblems }) };
  const done = new Set(before);
  const all = await casesOf(task);
  const rest = all.filter((each) => !done.has(caseKey(each)));
  tell({ device, total: all.length });
  const now = rest.slice(0, most);
  let told = 0;
  for (const suite of suites) {
    const names = now.filter((each) => each.suite === suite).map(({ name }) => name);
    if (names.length === 0) continue;
    await runConformance(factory, {
      ...options,
      suites: [suite],
      only: names,
      selection,
      limit: LIMIT,
      // A piece is no whole run, and what is asked of a library for it takes minutes where a plan takes a second.
      diagnose: false,
      onBegin: (_, name) => tell({ begin: { suite, name } }),
      onCase: (result: CaseResult) => {
        told++;
        tell({ result });
      },
      onRecheck: () => send("/alive", {}),
    });
  }
  // A run stops by itself where too many cases in a row give no answer; the next page goes on behind them.
  const left = rest.length - told;
  if (now.length > 0 && told === 0) throw new Error(`none of ${now.length} cases ran, from ${caseKey(now[0]!)} on`);
  if (left === 0) {
    for (const each of task.shrink) await shrink(factory, each, seed);
    if (task.diagnose) tell({ diagnosis: await diagnosisOf(all, task.diagnose, factory, seed) });
  }
  tell({ left });
}

async function diagnosisOf(
  cases: Awaited<ReturnType<typeof casesOf>>,
  results: readonly CaseResult[],
  factory: () => Promise<Backend>,
  seed: number,
): Promise<Diagnosis> {
  return await diagnose({
    cases,
    results,
    factory,
    accuracy: "fast",
    seed,
    time: DIAGNOSIS_TIME,
    // Asked before each try: so that the page is known to be alive.
    signal: { throwIfAborted: () => send("/alive", {}) },
  });
}

async function shrink(
  factory: () => Promise<Backend>,
  { suite, name }: { readonly suite: SuiteName; readonly name: string },
  seed: number,
): Promise<void> {
  const kind = KINDS[suite];
  const isProblem = kind !== undefined && !/[ ,]/.test(name) && !isOperationString(name);
  if (!isProblem) return;
  let backend = await factory();
  /** @returns what is wrong, `undefined` where nothing is. */
  const failure = async (problem: Conv2dProblem): Promise<string | undefined> => {
    send("/alive", {});
    const support = backend.features.supports?.(problem) ?? true;
    if (support !== true) return undefined;
    try {
      const { status, message } = await checkProblem(backend, problem, kind, { seed });
      return status === "failed" ? message : undefined;
    } catch (error) {
      // What fails while it runs is final for a backend.
      await backend.dispose().catch(() => undefined);
      backend = await factory();
      return String(error);
    }
  };
  tell({ begin: { suite, name } });
  const found = await shrinkProblem(parseProblem(name), failure, TRIES);
  await backend.dispose();
  const { problem, message, tries } = found;
  const shrunk: Shrunk = { suite, name, problem: formatProblem(problem), message, tries };
  tell({ shrunk });
}

try {
  await main();
  send("/end", {});
} catch (error) {
  send("/error", { message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}

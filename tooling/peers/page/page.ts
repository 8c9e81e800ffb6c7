/** The page. It runs the suite on the bundled adapter, and reports each result at once. */

import {
  type CaseResult,
  checkProblem,
  type Diagnosis,
  type OperandKind,
  runConformance,
  type SuiteName,
} from "@convene/conformance";
import { type Backend, type Conv2dProblem, formatProblem, isOperationString, parseProblem } from "@convene/core";
// The bundler replaces this name by the peer's adapter.
import adapter from "peer-adapter";
import { diagnose } from "../../../packages/conformance/src/diagnosis/diagnose.js";
import { watchConsole } from "./console-faults.js";
import type { PageFactory } from "./page-factory.js";
import { casesOf } from "./cases-of.js";
import { shrinkProblem } from "./shrink.js";
import { caseKey, type PageMessage, type Shrunk, type Task } from "./task.js";

/** Milliseconds for a case. A software driver on busy cores is slow. */
const LIMIT = 60_000;
/** The most problems that are tried for one failure. */
const TRIES = 60;
/** Milliseconds for the problems that a diagnosis tries. One plan takes up to a second here. */
const DIAGNOSIS_TIME = 240_000;
/** The kind of operands of each suite whose cases have problems as names. */
const KINDS: Partial<Record<SuiteName, OperandKind>> = { exact: "integer", bounded: "real" };

/** Sends a message synchronously, so that the other program knows the last case of a page that died. */
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
      // One page runs only some of the cases. The diagnosis comes after the last page.
      diagnose: false,
      onBegin: (_, name) => tell({ begin: { suite, name } }),
      onCase: (result: CaseResult) => {
        told++;
        tell({ result });
      },
      onRecheck: () => send("/alive", {}),
    });
  }
  // A run stops early if too many cases in a row give no answer. The next page continues after these cases.
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
    // This is called before each try, and reports that the page is alive.
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
  /** @returns the failure of a problem, or `undefined` if the problem passes */
  const failure = async (problem: Conv2dProblem): Promise<string | undefined> => {
    send("/alive", {});
    const support = backend.features.supports?.(problem) ?? true;
    if (support !== true) return undefined;
    try {
      const { status, message } = await checkProblem(backend, problem, kind, { seed });
      return status === "failed" ? message : undefined;
    } catch (error) {
      // After a failed run the backend refuses every call.
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

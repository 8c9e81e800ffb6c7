/**
 * Findings about order and memory, from the smallest problem that fails. Its run is repeated with one change at a time. The change
 * that makes the result right names the fault. Such faults look like wrong arithmetic everywhere, so they are tried first.
 */

import type { Problem } from "@convene/core";
import type { Finding } from "./diagnosis.js";
import { byProblem, type Observation } from "./observations.js";
import type { Session } from "./session.js";
import { type Trial, TRIAL_POISON } from "./trial.js";

/** The number of problems that must show the fault, each of them alone. */
const PROBLEMS = 3;
/** Milliseconds of a pause after which every run has ended. */
const LATER = 40;

const later = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

export async function protocolFindings(all: readonly Observation[], session: Session): Promise<readonly Finding[]> {
  const plain = all.filter(({ about, suite }) => about === "" && suite !== "goldens");
  const observed = byProblem(plain);
  const failing = observed.filter(({ failed, result }) => failed && result.mismatch);
  if (failing.length === 0) return [];
  const some = failing.slice(0, PROBLEMS).map(({ problem }) => problem);
  const counts = `fails in ${failing.length} of ${observed.length} problems`;
  const finding = (rule: string, cause: string, evidence: string): readonly Finding[] => [
    { rule: `${rule}: ${counts}`, cause, evidence, certain: some.length >= 2, smallest: failing[0]!.text },
  ];
  const asItIs = await tryAll(some, session);
  if (asItIs.length < some.length || asItIs.some(({ wrong }) => wrong.length === 0)) {
    const changed = asItIs.find((each) => each.changed !== undefined)?.changed;
    return changed === undefined ? [] : finding(...changedWords(changed));
  }
  const changed = asItIs.find((each) => each.changed !== undefined)?.changed;
  if (changed !== undefined) return finding(...changedWords(changed));
  if (!asItIs.every(isStale)) return [];

  if (asItIs.every(({ returnedPromise }) => returnedPromise)) {
    return finding(
      "`run` returned a promise, and the output is not written when it is read",
      "`run` returned a promise, which is ignored; the output was not written when it was read. Let `run` put its work into a queue that `read` and `sync` wait for",
      `core has seen the promise in ${some.length} of ${some.length} runs`,
    );
  }
  const synced = await tryAll(some, session, (backend) => ({ beforeRead: () => backend.sync() }));
  if (isRight(synced, some)) {
    return finding(
      "Right after `sync`, wrong without",
      "`read` did not wait for the runs that were called before it: it has to go through the queue",
      `with \`await backend.sync()\` between run and read, ${some.length} of ${some.length} problems are right`,
    );
  }
  const uploaded = await tryAll(some, session, (backend) => ({ beforeRun: () => backend.sync() }));
  if (isRight(uploaded, some)) {
    return finding(
      "Right after `sync` between upload and run, wrong without",
      "`run` did not wait for the uploads that were called before it: it has to go through the same queue",
      `with \`await backend.sync()\` between upload and run, ${some.length} of ${some.length} problems are right`,
    );
  }
  const delayed = await tryAll(some, session, () => ({ beforeRead: () => later(LATER) }));
  if (isRight(delayed, some)) {
    return finding(
      "Right some milliseconds after `run`, wrong at once, and wrong after `sync`",
      "`run` returned before its output was written, and neither `read` nor `sync` waited for it: its work has to go through a queue that both wait for",
      `${LATER} ms between run and read, and ${some.length} of ${some.length} problems are right`,
    );
  }
  return [];
}

function changedWords(name: string): [string, string, string] {
  const what = name === "input" || name === "residual" ? "`upload`" : "`prepareConv2d`";
  return [
    `The caller's ${name} has changed after a run`,
    `${what} writes to the caller's array (${name}): ${name === "weight" || name === "bias" ? "weights are changed in place" : "it takes the array instead of copying it"}`,
    "the array was compared with a copy of it",
  ];
}

/** Whether most wrong elements of the output have old values, or values that no run computed. */
function isStale({ actual, wrong }: Trial): boolean {
  const old = wrong.filter((at) => actual[at] === TRIAL_POISON || Number.isNaN(actual[at]!) || actual[at] === 0).length;
  return 2 * old > wrong.length;
}

function isRight(trials: readonly Trial[], problems: readonly Problem[]): boolean {
  return trials.length === problems.length && trials.every(({ wrong }) => wrong.length === 0);
}

async function tryAll(
  problems: readonly Problem[],
  session: Session,
  extra?: Parameters<Session["any"]>[1],
): Promise<readonly Trial[]> {
  const trials: Trial[] = [];
  for (const problem of problems) {
    const tried = await session.any(problem, extra);
    if (tried && !("error" in tried)) trials.push(tried);
  }
  return trials;
}

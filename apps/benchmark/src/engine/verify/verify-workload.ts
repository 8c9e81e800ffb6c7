/**
 * Checks backends on a workload before they are timed. Each backend is compared with the float64 reference on real values, and with
 * each other backend. The reference is computed once for all backends.
 */

import {
  type CaseOutcome,
  checkOperands,
  codeOf,
  drawMismatch,
  makeOperands,
  messageOf,
  type Mismatch,
  thrownOf,
  type TransformedBound,
  watchCalls,
} from "@convene/conformance";
import type { Conv2dProblem } from "@convene/core";
import type { Verdict } from "../compare-report.js";
import type { OpenBackend } from "../open-backends.js";
import { breathe, settle, UnsettledError, type Waiting } from "../settle.js";
import { distinctLayers, type Workload } from "../workloads/index.js";
import { agreementOn } from "./agreement.js";
import { checkNetwork } from "./check-network.js";
import { checkOwnNetworks } from "./check-own-network.js";
import { checkOperations } from "./check-operations.js";
import { referenceInSlices, transformedBoundInSlices } from "./reference-slices.js";
import { createTallies, type TallyResult } from "./tally.js";

export interface VerifyWorkloadOptions {
  readonly waiting: Waiting;
  /** Milliseconds without an answer, after which a check has failed. */
  readonly limit?: number | undefined;
  readonly onVerdict: (verdict: Verdict) => void;
  /** Called before a problem is computed. */
  readonly onProblem: (text: string) => void;
  /** Whether a backend is given up. */
  readonly givenUp: (backend: string) => boolean;
}

const SEED = 1;

export async function verifyWorkload(
  workload: Workload,
  backends: readonly OpenBackend[],
  options: VerifyWorkloadOptions,
): Promise<void> {
  const patient = (): readonly OpenBackend[] => backends.filter(({ name }) => !options.givenUp(name));
  for (const { text, problem } of distinctLayers(workload.layers)) {
    options.onProblem(text);
    await verifyProblem(workload.name, text, problem, patient(), options);
  }
  const common = { seed: SEED, label: "", rerun: () => "" };
  const tallies = createTallies();
  if (workload.operations) await checkOperations(workload.operations, patient(), tallies, options.waiting, common);
  if (workload.chain?.trained) {
    const onLayer = options.onProblem;
    await checkNetwork(workload.chain, patient(), tallies, options.waiting, { ...common, onLayer });
  }
  for (const result of tallies.results()) options.onVerdict(verdictOfTally(workload.name, result));
  if (workload.chain) await checkOwnNetworks(workload.name, workload.chain, patient(), options);
}

async function verifyProblem(
  workload: string,
  text: string,
  problem: Conv2dProblem,
  backends: readonly OpenBackend[],
  { waiting, limit, onVerdict, givenUp }: VerifyWorkloadOptions,
): Promise<void> {
  const pause = (): Promise<void> => breathe(waiting);
  const operands = makeOperands(problem, "real", SEED);
  let bound: Promise<TransformedBound> | undefined;
  // It is computed only if a plan is transformed, and once for all backends.
  const transformed = (): Promise<TransformedBound> => (bound ??= transformedBoundInSlices(problem, operands, pause));
  const expected = { ...(await referenceInSlices(problem, operands, pause)), transformed };
  const watch = watchCalls();
  const record = async (a: string, b: string | undefined, work: () => Promise<CaseOutcome>): Promise<Verdict> => {
    await pause();
    let outcome: CaseOutcome;
    try {
      outcome = await settle(waiting, work, { limit });
    } catch (error) {
      await pause();
      outcome = outcomeOf(error, watch.callOf(error));
    }
    const verdict = verdictOf({ workload, problem: text, a, ...(b !== undefined && { b }) }, outcome);
    onVerdict(verdict);
    return verdict;
  };

  const answering: OpenBackend[] = [];
  for (const each of backends) {
    const { status } = await record(each.name, undefined, () =>
      checkOperands(watch.over(each.backend), problem, "real", operands, expected),
    );
    if (status !== "unsupported" && status !== "failed") answering.push(each);
  }
  const agreement = agreementOn({ problem, operands, magnitude: expected.magnitude, transformed, watch });
  for (const [index, a] of answering.entries()) {
    for (const b of answering.slice(index + 1)) {
      if (givenUp(a.name) || givenUp(b.name)) continue;
      await record(a.name, b.name, () => agreement(a, b));
    }
  }
}

/** The outcome of a check that throws. A declared limit of the backend is no fault. */
function outcomeOf(error: unknown, call: string | undefined): CaseOutcome {
  if (codeOf(error) === "ERR_UNSUPPORTED") return { status: "skipped", message: messageOf(error) };
  const thrown = error instanceof UnsettledError ? undefined : (thrownOf(error, call) ?? {});
  return { status: "failed", message: messageOf(error), ...(thrown && { thrown }) };
}

function verdictOf(where: Pick<Verdict, "workload" | "problem" | "a" | "b">, outcome: CaseOutcome): Verdict {
  const { ratio, message, mismatch, thrown } = outcome;
  const status = statusOf(outcome);
  return {
    ...where,
    status,
    ...errorOverBound(ratio),
    ...(message !== undefined && status !== "agrees" && { message }),
    ...drawing(mismatch),
    ...(thrown && { thrown }),
  };
}

/** A drawing of the plane with the wrong elements. There is no drawing if all elements are right, or wrong in the same way. */
function drawing(mismatch: Mismatch | undefined): Pick<Verdict, "map"> {
  const map = mismatch ? drawMismatch(mismatch) : [];
  return new Set(map.join("")).size > 1 ? { map } : {};
}

function statusOf({ status, message = "", thrown }: CaseOutcome): Verdict["status"] {
  if (status === "passed") return "agrees";
  if (status === "untrusted") return "untrusted";
  if (status === "skipped") return "unsupported";
  // The messages of `UnsettledError` and of the suite's time limit begin in this way.
  return thrown || message.startsWith("no answer") ? "failed" : "disagrees";
}

/** The error / bound. Left out if it is not finite, for example after NaN, because JSON has no such number. */
function errorOverBound(ratio: number | undefined): { readonly errorOverBound?: number } {
  return ratio !== undefined && Number.isFinite(ratio) ? { errorOverBound: ratio } : {};
}

/** One verdict of a backend for all layers of a network with its own weights, or for all operations beside convolution. */
function verdictOfTally(workload: string, result: TallyResult): Verdict {
  const { backend, counts, worstRatio, failures, skipped } = result;
  const [failure] = failures;
  const status =
    counts.failed > 0
      ? failure!.thrown || failure!.message.startsWith("no answer")
        ? "failed"
        : "disagrees"
      : counts.passed > 0
        ? "agrees"
        : counts.skipped > 0
          ? "unsupported"
          : "untrusted";
  const message = failure
    ? `${failure.case}: ${failure.message}`
    : status === "unsupported"
      ? skipped[0]?.reason
      : undefined;
  return {
    workload,
    problem: result.check.replace(/^, /, ""),
    a: backend,
    status,
    ...errorOverBound(worstRatio),
    ...(message !== undefined && { message }),
    ...drawing(failure?.mismatch),
    ...(failure?.thrown && { thrown: failure.thrown }),
  };
}

/** Times one problem on several backends, in turn: with prepared plans and tensors on the device, and with the calls that a user makes. */

import {
  type Backend,
  type Conv2dProblem,
  type Conv2dPlan,
  inputShape,
  outputShape,
  randomUniform,
  type Shape4,
  weightShape,
} from "@convene/core";
import { type CallWatch, watchCalls } from "@convene/conformance";
import type { Failure } from "../compare-report.js";
import type { OpenBackend } from "../open-backends.js";
import { breathe, settle } from "../settle.js";
import { median } from "../statistics.js";
import { checkSync } from "./check-sync.js";
import { disposeAll } from "./dispose-all.js";
import { failureOf } from "./failure.js";
import { measure, type Outcome, type Subject } from "./measure.js";
import type { MeasuredOutcome, Measured } from "./results.js";
import { measureOptions, type Timing } from "./timing.js";

interface Prepared extends Subject, Omit<Measured, "samples" | "runsPerSample"> {
  /** Reads the output. */
  read(): Promise<unknown>;
  /** The calls that a user makes: upload, run, read. */
  readonly asCalled: Subject;
  dispose(): void;
}

/** The share of a layer's time for the calls that a user makes. */
const CALL_SHARE = 0.2;

/**
 * Times `problem` on each backend. A backend that fails is left out, and the others are still timed.
 *
 * @param onUpdate called between samples with the figures so far
 */
export async function measureLayer(
  problem: Conv2dProblem,
  backends: readonly OpenBackend[],
  timing: Timing,
  onUpdate?: (outcome: MeasuredOutcome) => void,
): Promise<MeasuredOutcome> {
  const { waiting, limit } = timing;
  const prepared: Prepared[] = [];
  const failures: Failure[] = [];
  const watch = watchCalls();
  const fail = (name: string, error: unknown): void => void failures.push(failureOf(name, error, watch.callOf(error)));
  try {
    for (const { name, backend } of backends) {
      try {
        const subject = await settle(waiting, () => prepareLayer(name, backend, problem, watch, timing.now), { limit });
        prepared.push(subject);
        // The first runs. A backend that fails should fail here, before it disturbs the rounds of the others.
        await settle(waiting, () => checkSync(subject, timing.now), { limit });
      } catch (error) {
        await breathe(waiting);
        const broken = prepared.findIndex((subject) => subject.backend === name);
        if (broken >= 0) disposeAll(prepared.splice(broken, 1));
        fail(name, error);
      }
    }
    const report = (outcomes: readonly Outcome[]): readonly Measured[] =>
      prepared.flatMap((subject, index) => {
        const outcome = outcomes[index]!;
        return "error" in outcome ? [] : [{ ...factsOf(subject), ...outcome }];
      });
    const onRound = onUpdate && ((outcomes: readonly Outcome[]) => onUpdate({ figures: report(outcomes), failures }));
    const outcomes =
      prepared.length > 0 ? await measure(prepared, { ...measureOptions(timing), ...(onRound && { onRound }) }) : [];
    for (const [index, outcome] of outcomes.entries()) {
      if ("error" in outcome) fail(prepared[index]!.backend, outcome.error);
    }
    const called = await measureCalls(
      prepared.filter((_, index) => !("error" in outcomes[index]!)),
      timing,
    );
    const figures = report(outcomes).map((figure) => {
      const call = called.get(figure.backend);
      return call ? { ...figure, call } : figure;
    });
    return { figures, failures };
  } finally {
    disposeAll(prepared);
  }
}

function factsOf({ run: _run, read: _read, asCalled: _asCalled, dispose: _dispose, ...facts }: Prepared) {
  return facts;
}

/** Times a user's calls. A backend that fails here keeps its other figures, and has no figure for the calls. */
async function measureCalls(
  prepared: readonly Prepared[],
  timing: Timing,
): Promise<ReadonlyMap<string, NonNullable<Measured["call"]>>> {
  const found = new Map<string, NonNullable<Measured["call"]>>();
  if (prepared.length === 0) return found;
  const subjects = prepared.map(({ asCalled }) => asCalled);
  const outcomes = await measure(subjects, { ...measureOptions(timing), budget: timing.budget * CALL_SHARE });
  for (const [index, outcome] of outcomes.entries()) {
    if ("error" in outcome) continue;
    found.set(prepared[index]!.backend, { median: median(outcome.samples), samples: outcome.samples });
  }
  return found;
}

/** Prepares a layer with random values around zero. None is subnormal, and no kernel can gain from a pattern. */
async function prepareLayer(
  name: string,
  unwatched: Backend,
  problem: Conv2dProblem,
  watch: CallWatch,
  now: () => number,
): Promise<Prepared> {
  // Plans are not watched, because the watch would be timed too.
  const backend = watch.over(unwatched, { plans: false });
  const random = (shape: Shape4, seed: number) => randomUniform(shape, { seed, min: -1, max: 1 });
  const bias = problem.bias ? random([1, problem.oc, 1, 1], 3).data : undefined;
  const weight = random(weightShape(problem), 2).data;
  const begun = now();
  const plan: Conv2dPlan = await backend.prepareConv2d(problem, { weight, bias });
  const prepare = now() - begun;
  const tensors: { dispose(): void }[] = [plan];
  const keep = <T extends { dispose(): void }>(value: T): T => {
    tensors.push(value);
    return value;
  };
  try {
    const given = random(inputShape(problem), 1);
    const input = keep(backend.upload(given));
    const output = keep(backend.allocate(outputShape(problem)));
    const residual = problem.residual ? keep(backend.upload(random(outputShape(problem), 4))) : undefined;
    const run = async (count: number): Promise<void> => {
      let call = "plan.run";
      try {
        for (let i = 0; i < count; i++) plan.run(input, output, residual);
        call = "sync";
        await unwatched.sync();
      } catch (error) {
        watch.note(error, call);
        throw error;
      }
    };
    const start = now();
    await run(1);
    const first = now() - start;
    const memory = unwatched.memory?.();
    return {
      backend: name,
      algorithm: plan.algorithm,
      ...(plan.arithmetic === "transformed" ? { transformed: true } : {}),
      prepare,
      first,
      ...(memory && { memory }),
      run,
      read: () => backend.read(output),
      asCalled: {
        run: async (count) => {
          for (let i = 0; i < count; i++) {
            unwatched.upload(given, input);
            plan.run(input, output, residual);
            await unwatched.read(output);
          }
        },
      },
      dispose: () => disposeAll(tensors),
    };
  } catch (error) {
    disposeAll(tensors);
    throw error;
  }
}

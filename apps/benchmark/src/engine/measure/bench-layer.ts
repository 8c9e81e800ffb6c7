/** One problem on several backends: tensors resident, plans prepared once, then timed in turn. */

import {
  type Backend,
  type Conv2dProblem,
  type Conv2dPlan,
  inputShape,
  outputShape,
  randomUniform,
  weightShape,
} from "@convene/core";
import { type CallWatch, watchCalls } from "@convene/conformance";
import type { OpenBackend } from "../backends.js";
import type { Io } from "../../terminal/io.js";
import { breathe } from "../../terminal/report/progress.js";
import { settle } from "../settle.js";
import { checkSync } from "./check-sync.js";
import { disposeAll } from "./dispose-all.js";
import { type LayerFailure, layerFailure } from "./layer-failure.js";
import { type Measurement, measure, type Subject } from "./measure.js";
import { patiently } from "./patiently.js";

export interface LayerFigures extends Measurement {
  readonly backend: string;
  readonly algorithm: string;
  /** See `Figure`. */
  readonly transformed?: true;
}

export interface LayerOutcome {
  readonly figures: readonly LayerFigures[];
  readonly failures: readonly LayerFailure[];
}

interface Prepared extends Subject, Pick<LayerFigures, "backend" | "algorithm" | "transformed"> {
  /** Copies the output. */
  read(): Promise<unknown>;
  dispose(): void;
}

/** Times `problem` on each backend. A backend that fails is left out; the others are timed all the same. */
export async function benchLayer(
  problem: Conv2dProblem,
  backends: readonly OpenBackend[],
  io: Io,
  budget: number,
): Promise<LayerOutcome> {
  const prepared: Prepared[] = [];
  const failures: LayerFailure[] = [];
  const watch = watchCalls();
  const fail = (name: string, error: unknown): void =>
    void failures.push(layerFailure(name, error, watch.callOf(error)));
  try {
    for (const { name, backend } of backends) {
      try {
        const subject = await settle(io, () => prepareLayer(name, backend, problem, watch));
        prepared.push(subject);
        // The first runs, so that what fails does so before it can spoil the others' rounds.
        await settle(io, () => checkSync(subject));
      } catch (error) {
        await breathe(io);
        const broken = prepared.findIndex((subject) => subject.backend === name);
        if (broken >= 0) disposeAll(prepared.splice(broken, 1));
        fail(name, error);
      }
    }
    const outcomes = prepared.length > 0 ? await measure(prepared, patiently(io, budget)) : [];
    const figures: LayerFigures[] = [];
    for (const [index, { backend, algorithm, transformed }] of prepared.entries()) {
      const outcome = outcomes[index]!;
      if ("error" in outcome) fail(backend, outcome.error);
      else figures.push({ backend, algorithm, ...(transformed ? { transformed } : {}), ...outcome });
    }
    return { figures, failures };
  } finally {
    disposeAll(prepared);
  }
}

/** Random values around zero: none so small that it becomes subnormal, and no pattern that a kernel could profit from. */
async function prepareLayer(
  name: string,
  unwatched: Backend,
  problem: Conv2dProblem,
  watch: CallWatch,
): Promise<Prepared> {
  // What is timed is not watched: it would be timed as well.
  const backend = watch.over(unwatched, { plans: false });
  const random = (shape: ReturnType<typeof inputShape>, seed: number) =>
    randomUniform(shape, { seed, min: -1, max: 1 });
  const bias = problem.bias ? random([1, problem.oc, 1, 1], 3).data : undefined;
  const plan: Conv2dPlan = await backend.prepareConv2d(problem, { weight: random(weightShape(problem), 2).data, bias });
  const tensors: { dispose(): void }[] = [plan];
  const keep = <T extends { dispose(): void }>(value: T): T => {
    tensors.push(value);
    return value;
  };
  try {
    const input = keep(backend.upload(random(inputShape(problem), 1)));
    const output = keep(backend.allocate(outputShape(problem)));
    const residual = problem.residual ? keep(backend.upload(random(outputShape(problem), 4))) : undefined;
    return {
      backend: name,
      algorithm: plan.algorithm,
      ...(plan.arithmetic === "transformed" ? { transformed: true } : {}),
      run: async (count) => {
        let call = "plan.run";
        try {
          for (let i = 0; i < count; i++) plan.run(input, output, residual);
          call = "sync";
          await unwatched.sync();
        } catch (error) {
          watch.note(error, call);
          throw error;
        }
      },
      read: () => backend.read(output),
      dispose: () => disposeAll(tensors),
    };
  } catch (error) {
    disposeAll(tensors);
    throw error;
  }
}

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
import type { OpenBackend } from "../backends.js";
import { type LayerFailure, layerFailure } from "./layer-failure.js";
import { type Measurement, measure, type MeasureOptions, type Subject } from "./measure.js";

export interface LayerFigures extends Measurement {
  readonly backend: string;
  readonly algorithm: string;
}

export interface LayerOutcome {
  readonly figures: readonly LayerFigures[];
  readonly failures: readonly LayerFailure[];
}

interface Prepared extends Subject {
  readonly backend: string;
  readonly algorithm: string;
  dispose(): void;
}

/** Times `problem` on each backend. A backend that fails is left out; the others are timed all the same. */
export async function benchLayer(
  problem: Conv2dProblem,
  backends: readonly OpenBackend[],
  options: MeasureOptions,
): Promise<LayerOutcome> {
  const prepared: Prepared[] = [];
  const failures: LayerFailure[] = [];
  try {
    for (const { name, backend } of backends) {
      try {
        const subject = await prepareLayer(name, backend, problem);
        prepared.push(subject);
        // A first run, so that what fails does so before it can spoil the others' rounds.
        await subject.run(1);
      } catch (error) {
        const broken = prepared.findIndex((subject) => subject.backend === name);
        if (broken >= 0) prepared.splice(broken, 1)[0]!.dispose();
        failures.push(layerFailure(name, error));
      }
    }
    const measurements = prepared.length > 0 ? await measure(prepared, options) : [];
    const figures = prepared.map(({ backend, algorithm }, index) => ({ backend, algorithm, ...measurements[index]! }));
    return { figures, failures };
  } finally {
    for (const subject of prepared) subject.dispose();
  }
}

/** Random values around zero: none so small that it becomes subnormal, and no pattern that a kernel could profit from. */
async function prepareLayer(name: string, backend: Backend, problem: Conv2dProblem): Promise<Prepared> {
  const random = (shape: ReturnType<typeof inputShape>, seed: number) =>
    randomUniform(shape, { seed, min: -1, max: 1 });
  const bias = problem.bias ? random([1, problem.oc, 1, 1], 3).data : undefined;
  const plan: Conv2dPlan = await backend.prepareConv2d(problem, { weight: random(weightShape(problem), 2).data, bias });
  const tensors: { dispose(): void }[] = [plan];
  const dispose = (): void => {
    for (const each of tensors) each.dispose();
  };
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
      run: async (count) => {
        for (let i = 0; i < count; i++) plan.run(input, output, residual);
        await backend.sync();
      },
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

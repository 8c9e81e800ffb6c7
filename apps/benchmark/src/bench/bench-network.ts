/** A whole network end to end: `prepare` once, then `model.run` with upload and read, as an application calls it. */

import { type Model, prepare, randomUniform } from "@convene/core";
import type { OpenBackend } from "../backends.js";
import type { Workload } from "../workloads/index.js";
import { type LayerFailure, layerFailure } from "./layer-failure.js";
import { type Measurement, measure, type MeasureOptions } from "./measure.js";

export interface NetworkFigures extends Measurement {
  readonly backend: string;
}

export interface NetworkOutcome {
  readonly figures: readonly NetworkFigures[];
  readonly failures: readonly LayerFailure[];
}

export async function benchNetwork(
  chain: NonNullable<Workload["chain"]>,
  backends: readonly OpenBackend[],
  options: MeasureOptions,
): Promise<NetworkOutcome> {
  const input = randomUniform(chain.inputShape, { seed: 1, min: -1, max: 1, layout: "nhwc" });
  const models: { readonly backend: string; readonly model: Model }[] = [];
  const failures: LayerFailure[] = [];
  try {
    for (const { name, backend } of backends) {
      try {
        models.push({ backend: name, model: await prepare(backend, chain.network, chain.inputShape) });
      } catch (error) {
        failures.push(layerFailure(name, error));
      }
    }
    const subjects = models.map(({ model }) => ({
      run: async (count: number) => {
        for (let i = 0; i < count; i++) await model.run(input);
      },
    }));
    const measurements = subjects.length > 0 ? await measure(subjects, options) : [];
    return { figures: models.map(({ backend }, index) => ({ backend, ...measurements[index]! })), failures };
  } finally {
    for (const { model } of models) model.dispose();
  }
}

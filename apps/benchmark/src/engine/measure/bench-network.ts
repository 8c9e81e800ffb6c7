/** A whole network end to end: `prepare` once, then `model.run` with upload and read, as an application calls it. */

import { type NamedModel, prepare, randomUniform } from "@convene/core";
import type { OpenBackend } from "../backends.js";
import type { Workload } from "../workloads/index.js";
import type { Io } from "../../terminal/io.js";
import { breathe } from "../../terminal/report/progress.js";
import { settle } from "../settle.js";
import { disposeAll } from "./dispose-all.js";
import { type LayerFailure, layerFailure } from "./layer-failure.js";
import { type Measurement, measure } from "./measure.js";
import { patiently } from "./patiently.js";

export interface NetworkFigures extends Measurement {
  readonly backend: string;
}

export interface NetworkOutcome {
  readonly figures: readonly NetworkFigures[];
  readonly failures: readonly LayerFailure[];
}

/** Times the network on each backend. A backend that fails is left out; the others are timed all the same. */
export async function benchNetwork(
  chain: NonNullable<Workload["chain"]>,
  backends: readonly OpenBackend[],
  io: Io,
  budget: number,
): Promise<NetworkOutcome> {
  const inputs = Object.fromEntries(
    Object.entries(chain.inputShapes).map(([name, shape], index) => [
      name,
      randomUniform(shape, { seed: 1 + index, min: -1, max: 1, layout: "nhwc" }),
    ]),
  );
  const models: { readonly backend: string; readonly model: NamedModel }[] = [];
  const failures: LayerFailure[] = [];
  try {
    for (const { name, backend } of backends) {
      try {
        const model = await settle(io, () => prepare(backend, chain.network, chain.inputShapes));
        models.push({ backend: name, model });
      } catch (error) {
        await breathe(io);
        failures.push(layerFailure(name, error));
      }
    }
    const subjects = models.map(({ model }) => ({
      run: async (count: number) => {
        for (let i = 0; i < count; i++) await model.run(inputs);
      },
    }));
    const outcomes = subjects.length > 0 ? await measure(subjects, patiently(io, budget)) : [];
    const figures: NetworkFigures[] = [];
    for (const [index, { backend }] of models.entries()) {
      const outcome = outcomes[index]!;
      if ("error" in outcome) failures.push(layerFailure(backend, outcome.error));
      else figures.push({ backend, ...outcome });
    }
    return { figures, failures };
  } finally {
    disposeAll(models.map(({ model }) => model));
  }
}

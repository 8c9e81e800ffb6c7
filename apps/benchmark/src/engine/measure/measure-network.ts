/** Times a whole network end to end: `prepare` once, then `model.run` with upload and read, as an application calls it. */

import { prepare, randomUniform } from "@convene/core";
import type { Failure } from "../compare-report.js";
import type { OpenBackend } from "../open-backends.js";
import type { OwnNetwork } from "../own-network.js";
import { breathe, settle } from "../settle.js";
import type { Workload } from "../workloads/index.js";
import { disposeAll } from "./dispose-all.js";
import { failureOf } from "./failure.js";
import { measure, type Outcome } from "./measure.js";
import type { Measured, MeasuredOutcome } from "./results.js";
import { measureOptions, type Timing } from "./timing.js";

interface PreparedModel extends Omit<Measured, "samples" | "runsPerSample"> {
  readonly model: OwnNetwork;
}

/**
 * Times the network on each backend. A backend that fails is left out, and the others are still timed.
 *
 * @param onUpdate called between samples with the figures so far
 */
export async function measureNetwork(
  chain: NonNullable<Workload["chain"]>,
  backends: readonly OpenBackend[],
  timing: Timing,
  onUpdate?: (outcome: MeasuredOutcome) => void,
): Promise<MeasuredOutcome> {
  const { waiting, limit, now } = timing;
  const inputs = Object.fromEntries(
    Object.entries(chain.inputShapes).map(([name, shape], index) => [
      name,
      randomUniform(shape, { seed: 1 + index, min: -1, max: 1, layout: "nhwc" }),
    ]),
  );
  const models: PreparedModel[] = [];
  const failures: Failure[] = [];
  try {
    for (const { name, backend, prepareNetwork } of backends) {
      let model: OwnNetwork | undefined;
      try {
        const begun = now();
        const own = prepareNetwork && (await settle(waiting, () => prepareNetwork(backend, chain), { limit }));
        const made =
          own ?? (await settle(waiting, () => prepare(backend, chain.network, chain.inputShapes), { limit }));
        model = made;
        const prepared = now();
        await settle(waiting, () => made.run(inputs), { limit });
        const first = now() - prepared;
        const memory = backend.memory?.();
        models.push({ backend: name, model, prepare: prepared - begun, first, ...(memory && { memory }) });
      } catch (error) {
        await breathe(waiting);
        if (model) disposeAll([model]);
        failures.push(failureOf(name, error));
      }
    }
    const subjects = models.map(({ model }) => ({
      run: async (count: number) => {
        for (let i = 0; i < count; i++) await model.run(inputs);
      },
    }));
    const report = (outcomes: readonly Outcome[]): readonly Measured[] =>
      models.flatMap(({ model: _model, ...facts }, index) => {
        const outcome = outcomes[index]!;
        return "error" in outcome ? [] : [{ ...facts, ...outcome }];
      });
    const onRound = onUpdate && ((outcomes: readonly Outcome[]) => onUpdate({ figures: report(outcomes), failures }));
    const outcomes =
      subjects.length > 0 ? await measure(subjects, { ...measureOptions(timing), ...(onRound && { onRound }) }) : [];
    for (const [index, outcome] of outcomes.entries()) {
      if ("error" in outcome) failures.push(failureOf(models[index]!.backend, outcome.error));
    }
    return { figures: report(outcomes), failures };
  } finally {
    disposeAll(models.map(({ model }) => model));
  }
}

/** Fused plans against the plans of their stages, one by one. */

import { type Conv2dStage, type DeviceTensor, inputShape, outputShape, tensor } from "@convene/core";
import type { CaseContext, CaseOutcome } from "../case.js";
import { failedOutcome } from "../check-problem.js";
import { type Example, outcomeOf, verdictOn } from "./networks-check.js";

/** `example` is a chain, in which only the last layer has a residual: the chain's own input. */
export async function checkFused(example: Example, { backend, accuracy }: CaseContext): Promise<CaseOutcome> {
  const { net, kind, input, expected } = example;
  const stages: readonly Conv2dStage[] = net.layers.map(({ conv }, index) => ({
    problem: expected[index]!.problem,
    weights: conv.weights,
  }));
  const disposables: { dispose(): void }[] = [];
  const keep = <T extends { dispose(): void }>(value: T): T => {
    disposables.push(value);
    return value;
  };
  /** Filled with NaN, so that an element that is never written shows. */
  const output = (index: number): DeviceTensor => {
    const shape = outputShape(stages[index]!.problem);
    return keep(backend.upload(tensor(new Float32Array(shape.reduce((a, b) => a * b)).fill(NaN), shape)));
  };
  const last = stages.length - 1;
  const residualOf = (index: number, x: DeviceTensor): DeviceTensor | undefined =>
    stages[index]!.problem.residual ? x : undefined;
  try {
    const fused = await backend.prepareFused(stages, { accuracy });
    if (!fused) return { status: "skipped", message: "no fused plan for these" };
    keep(fused);
    const x = keep(backend.upload(tensor(input, inputShape(stages[0]!.problem))));
    const together = output(last);
    fused.run(x, together, residualOf(last, x));

    let value = x;
    for (const [index, { problem, weights }] of stages.entries()) {
      const plan = keep(await backend.prepareConv2d(problem, weights, { accuracy }));
      const next = output(index);
      plan.run(value, next, residualOf(index, x));
      value = next;
    }
    const [one, other] = [(await backend.read(together)).data, (await backend.read(value)).data];

    const { algorithm } = fused;
    const outcome = outcomeOf(example, one);
    if (outcome.status === "failed") return { ...outcome, algorithm, message: `fused: ${outcome.message}` };
    const { problem, error } = expected[last]!;
    // Each may be off by the bound, so they may differ by twice that.
    const verdict = verdictOn(kind, one, { ...expected[last]!, problem, error, output: other }, 2);
    if (verdict.ok) return { ...outcome, algorithm };
    const failed = failedOutcome(problem, verdict);
    return { ...failed, algorithm, message: `fused, against its stages one by one: ${failed.message}` };
  } finally {
    for (const each of disposables) each.dispose();
  }
}

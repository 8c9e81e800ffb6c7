/** Chains at once, as `prepare` makes them and as one fused plan where a backend has one, against their stages one by one. */

import { type Conv2dStage, type DeviceTensor, inputShape, outputShape, prepare, tensor } from "@convene/core";
import type { CaseContext, CaseOutcome } from "../case.js";
import { failedOutcome } from "../check-problem.js";
import { type Example, outcomeOf, runModel, verdictOn } from "./networks-check.js";

/** One way through the chain. */
interface Way {
  readonly name: string;
  readonly algorithm: string;
  /** NCHW. */
  readonly output: Float32Array;
}

/**
 * `example` is a chain, in which only the last layer has a residual: the chain's own input. Each way through it is held
 * to the reference, and then to the stages one by one. A backend without fused plans has two ways, and they are held too.
 */
export async function checkChain(example: Example, { backend, accuracy }: CaseContext): Promise<CaseOutcome> {
  const { net, kind, input, shape, expected } = example;
  const stages: readonly Conv2dStage[] = net.layers.map(({ conv }, index) => ({
    problem: expected[index]!.problem,
    weights: conv.weights,
  }));
  const last = stages.length - 1;
  const disposables: { dispose(): void }[] = [];
  const keep = <T extends { dispose(): void }>(value: T): T => {
    disposables.push(value);
    return value;
  };
  const start = (): DeviceTensor => keep(backend.upload(tensor(input, inputShape(stages[0]!.problem))));
  /** Filled with NaN, so that an element that is never written shows. */
  const output = (index: number): DeviceTensor => {
    const to = outputShape(stages[index]!.problem);
    return keep(backend.upload(tensor(new Float32Array(to.reduce((a, b) => a * b)).fill(NaN), to)));
  };
  const residualOf = (index: number, x: DeviceTensor): DeviceTensor | undefined =>
    stages[index]!.problem.residual ? x : undefined;

  const oneByOne = async (): Promise<Way> => {
    const x = start();
    let value = x;
    const algorithms: string[] = [];
    for (const [index, { problem, weights }] of stages.entries()) {
      const plan = keep(await backend.prepareConv2d(problem, weights, { accuracy }));
      const next = output(index);
      plan.run(value, next, residualOf(index, x));
      value = next;
      algorithms.push(plan.algorithm);
    }
    return { name: "one by one", algorithm: inWords(algorithms), output: (await backend.read(value)).data };
  };
  const fused = async (): Promise<Way | undefined> => {
    const plan = await backend.prepareFused(stages, { accuracy });
    if (!plan) return undefined;
    keep(plan);
    const [x, together] = [start(), output(last)];
    plan.run(x, together, residualOf(last, x));
    return { name: "fused", algorithm: plan.algorithm, output: (await backend.read(together)).data };
  };
  const atOnce = async (): Promise<Way> => {
    const model = keep(await prepare(backend, net, shape, { accuracy }));
    const algorithm = inWords(model.layers.map((layer) => layer.algorithm));
    return { name: "at once", algorithm, output: await runModel(model, example, "nchw") };
  };

  try {
    const base = await oneByOne();
    const asOnePlan = await fused();
    const ways = [base, ...(asOnePlan ? [asOnePlan] : []), await atOnce()];
    // What a fused plan runs says more than what its stages would, each by itself.
    const { algorithm } = asOnePlan ?? base;
    const outcomes: CaseOutcome[] = [];
    for (const way of ways) {
      const outcome = outcomeOf(example, way.output);
      if (outcome.status === "failed") {
        return { ...outcome, algorithm: way.algorithm, message: `${way.name}: ${outcome.message}` };
      }
      // Each may be off by the bound, so two may differ by twice that.
      const verdict = verdictOn(kind, way.output, { ...expected[last]!, output: base.output }, 2);
      if (!verdict.ok) {
        const failed = failedOutcome(expected[last]!.problem, verdict);
        const message = `${way.name}, against its stages one by one: ${failed.message}`;
        return { ...failed, algorithm: way.algorithm, message };
      }
      outcomes.push(outcome);
    }
    const told = outcomes.find(({ status }) => status !== "passed") ?? outcomes[0]!;
    const ratios = outcomes.flatMap(({ ratio }) => (ratio === undefined ? [] : [ratio]));
    return { ...told, algorithm, ...(ratios.length > 0 ? { ratio: Math.max(...ratios) } : {}) };
  } finally {
    for (const each of disposables) each.dispose();
  }
}

/** Each once, in order. */
function inWords(algorithms: readonly string[]): string {
  return [...new Set(algorithms)].join(", ");
}

/** Chains at once, as `prepare` makes them, against their layers one by one, each in memory of its own. */

import { type DeviceTensor, inputShape, outputShape, prepare, tensor } from "@convene/core";
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
 * to the reference, and then to the layers one by one.
 */
export async function checkWays(example: Example, { backend, accuracy }: CaseContext): Promise<CaseOutcome> {
  const { net, kind, input, shape, expected } = example;
  const problems = expected.map(({ problem }) => problem);
  const last = problems.length - 1;
  const disposables: { dispose(): void }[] = [];
  const keep = <T extends { dispose(): void }>(value: T): T => {
    disposables.push(value);
    return value;
  };
  const start = (): DeviceTensor => keep(backend.upload(tensor(input, inputShape(problems[0]!))));
  /** Filled with NaN, so that an element that is never written shows. */
  const output = (index: number): DeviceTensor => {
    const to = outputShape(problems[index]!);
    return keep(backend.upload(tensor(new Float32Array(to.reduce((a, b) => a * b)).fill(NaN), to)));
  };

  const oneByOne = async (): Promise<Way> => {
    const x = start();
    let value = x;
    const algorithms: string[] = [];
    for (const [index, problem] of problems.entries()) {
      const plan = keep(await backend.prepareConv2d(problem, net.layers[index]!.conv.weights, { accuracy }));
      const next = output(index);
      plan.run(value, next, problem.residual ? x : undefined);
      value = next;
      algorithms.push(plan.algorithm);
    }
    return { name: "one by one", algorithm: inWords(algorithms), output: (await backend.read(value)).data };
  };
  const atOnce = async (): Promise<Way> => {
    const model = keep(await prepare(backend, net, shape, { accuracy }));
    const algorithm = inWords(model.layers.map((layer) => layer.algorithm));
    return { name: "at once", algorithm, output: await runModel(model, example, "nchw") };
  };

  try {
    const base = await oneByOne();
    const ways = [base, await atOnce()];
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
        const message = `${way.name}, against its layers one by one: ${failed.message}`;
        return { ...failed, algorithm: way.algorithm, message };
      }
      outcomes.push(outcome);
    }
    const told = outcomes.find(({ status }) => status !== "passed") ?? outcomes[0]!;
    const ratios = outcomes.flatMap(({ ratio }) => (ratio === undefined ? [] : [ratio]));
    return { ...told, algorithm: base.algorithm, ...(ratios.length > 0 ? { ratio: Math.max(...ratios) } : {}) };
  } finally {
    for (const each of disposables) each.dispose();
  }
}

/** Each once, in order. */
function inWords(algorithms: readonly string[]): string {
  return [...new Set(algorithms)].join(", ");
}

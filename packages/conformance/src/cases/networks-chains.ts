/** A chain as one model of `prepare`, compared with its layers one by one, each in its own memory. */

import { type Conv2dPlan, type DeviceTensor, inputShape, outputShape, prepare, tensor } from "@convene/core";
import type { CaseContext, CaseOutcome } from "../case.js";
import { type Example, heldTo, type Layers, outcomeOf, runModel } from "./networks-check.js";
import { convolutionsOf } from "./networks-convolutions.js";

/** One way to compute the chain. */
interface Way {
  readonly name: string;
  readonly layers: Layers;
  /** The output, in NCHW. */
  readonly output: Float32Array;
}

/**
 * Checks a chain. In `example` only the last layer has a residual, which is the chain's own input. Each way to compute the
 * chain is compared with the reference. So two ways differ by the sum of their bounds at most.
 */
export async function checkWays(example: Example, { backend, accuracy }: CaseContext): Promise<CaseOutcome> {
  const { net, input, shape, expected } = example;
  const problems = expected.map(({ problem }) => problem);
  const disposables: { dispose(): void }[] = [];
  const keep = <T extends { dispose(): void }>(value: T): T => {
    disposables.push(value);
    return value;
  };
  const start = (): DeviceTensor => keep(backend.upload(tensor(input, inputShape(problems[0]!))));
  /** An output full of NaN, which shows an element that is never written. */
  const output = (index: number): DeviceTensor => {
    const to = outputShape(problems[index]!);
    return keep(backend.upload(tensor(new Float32Array(to.reduce((a, b) => a * b)).fill(NaN), to)));
  };

  const oneByOne = async (): Promise<Way> => {
    const x = start();
    let value = x;
    const plans: Conv2dPlan[] = [];
    for (const [index, problem] of problems.entries()) {
      const plan = keep(await backend.prepareConv2d(problem, convolutionsOf(net)[index]!.conv.weights, { accuracy }));
      const next = output(index);
      plan.run(value, next, problem.residual ? x : undefined);
      value = next;
      plans.push(plan);
    }
    return { name: "one by one", layers: plans, output: (await backend.read(value)).data };
  };
  const atOnce = async (): Promise<Way> => {
    const model = keep(await prepare(backend, net, shape, { accuracy }));
    return { name: "at once", layers: model.layers, output: await runModel(model, example, "nchw") };
  };

  try {
    const base = await oneByOne();
    const ways = [base, await atOnce()];
    const outcomes: CaseOutcome[] = [];
    for (const way of ways) {
      const outcome = outcomeOf(heldTo(example, way.layers), way.output);
      if (outcome.status === "failed") {
        return { ...outcome, algorithm: inWords(way.layers), message: `${way.name}: ${outcome.message}` };
      }
      outcomes.push(outcome);
    }
    const told = outcomes.find(({ status }) => status !== "passed") ?? outcomes[0]!;
    const ratios = outcomes.flatMap(({ ratio }) => (ratio === undefined ? [] : [ratio]));
    return { ...told, algorithm: inWords(base.layers), ...(ratios.length > 0 ? { ratio: Math.max(...ratios) } : {}) };
  } finally {
    for (const each of disposables) each.dispose();
  }
}

/** The algorithms of the layers, each named once, in order. */
function inWords(layers: Layers): string {
  return [...new Set(layers.map(({ algorithm }) => algorithm))].join(", ");
}

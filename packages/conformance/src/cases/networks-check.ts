/** Holding a network's results to the reference, and finding the layer that is to blame. */

import {
  type Backend,
  formatProblem,
  type Layout,
  type Model,
  network,
  type Network,
  prepare,
  type Shape4,
  tensor,
  toLayout,
} from "@convene/core";
import type { CaseContext, CaseOutcome } from "../case.js";
import { checkOperands, failedOutcome, isTelling } from "../check-problem.js";
import type { OperandKind } from "../operands.js";
import { checkBounded, checkExact, gamma, roundings, type Verdict } from "../rules.js";
import { buildNetwork, type NetworkDefinition, networkInput } from "./networks-definition.js";
import { type LayerResult, referenceNetwork } from "./networks-reference.js";

/** A network with its weights, one input, and what each layer should give. */
export interface Example {
  readonly net: Network;
  readonly kind: OperandKind;
  /** NCHW. */
  readonly input: Float32Array;
  readonly shape: Shape4;
  readonly expected: readonly LayerResult[];
}

/** Weights and input from their own seeds: one network can have several inputs. */
export function makeExample(definition: NetworkDefinition, kind: OperandKind, seed: number, inputSeed = seed): Example {
  const net = buildNetwork(definition, kind, seed);
  const input = networkInput(definition, kind, inputSeed);
  return { net, kind, input, shape: definition.input, expected: referenceNetwork(net, input, definition.input) };
}

/** The model's answer to the example's input, in NCHW. */
export async function runModel(model: Model, { input, shape }: Example, layout: Layout): Promise<Float32Array> {
  const answer = await model.run(toLayout(tensor(input, shape), layout));
  if (answer.layout !== layout) throw new Error(`the answer to an input in ${layout} came in ${answer.layout}`);
  return toLayout(answer, "nchw").data;
}

/** Integers exactly, reals by the bound that the layers add up to; `times` it, where two that may both be off are compared. */
export function verdictOn(
  kind: OperandKind,
  actual: Float32Array,
  { problem, output, error }: LayerResult,
  times = 1,
): Verdict {
  if (kind === "integer") return checkExact(actual, output);
  // The rule states its bound as γ times a magnitude, so the bound is given to it as one.
  const magnitude = Array.from(error, (each) => (times * each) / gamma(roundings(problem)));
  return checkBounded(actual, output, magnitude, problem);
}

/** Runs the network in both layouts. */
export async function checkNetwork(example: Example, { backend, accuracy, seed }: CaseContext): Promise<CaseOutcome> {
  const { net, shape } = example;
  const model = await prepare(backend, net, shape, { accuracy });
  try {
    const algorithm = [...new Set(model.layers.map((layer) => layer.algorithm))].join(", ");
    const outcomes: CaseOutcome[] = [];
    for (const layout of ["nchw", "nhwc"] as const) {
      const outcome = outcomeOf(example, await runModel(model, example, layout));
      if (outcome.status === "failed") {
        const blame = await firstWrongLayer(example, backend, accuracy).catch(
          (error) => `which layer was wrong first cannot be told: ${String(error)}`,
        );
        return {
          ...outcome,
          algorithm,
          message: `${outcome.message}, the network's last layer, in layout ${layout}; ${blame} (weights of seed ${seed})`,
        };
      }
      outcomes.push({ ...outcome, algorithm });
    }
    return outcomes.find(({ status }) => status !== "passed") ?? outcomes[0]!;
  } finally {
    model.dispose();
  }
}

/** How a network's output compares with the last layer's. */
export function outcomeOf({ kind, expected }: Example, output: Float32Array): CaseOutcome {
  const last = expected.at(-1)!;
  const verdict = verdictOn(kind, output, last);
  const ratio = kind === "integer" ? {} : { ratio: verdict.ratio };
  if (!verdict.ok) return { ...failedOutcome(last.problem, verdict), ...ratio };
  if (isTelling(last.problem, Float64Array.from(last.output))) return { status: "passed", ...ratio };
  return { status: "untrusted", message: "nearly every output of the network is zero", ...ratio };
}

/** In words: which layer is the first to be wrong, and whether it is also wrong by itself. */
async function firstWrongLayer(example: Example, backend: Backend, accuracy: "fast" | "strict"): Promise<string> {
  const { net, kind, input, shape, expected } = example;
  const entries = net.layers.map(({ conv, name, input: from, residual }) => ({
    conv,
    name,
    input: from < 0 ? "input" : from,
    ...(residual === undefined ? {} : { residual: residual < 0 ? "input" : residual }),
  }));
  for (const [index, { conv, name, input: from, residual }] of net.layers.entries()) {
    const model = await prepare(backend, network(...entries.slice(0, index + 1)), shape, { accuracy });
    try {
      const layer = expected[index]!;
      if (verdictOn(kind, await runModel(model, example, "nchw"), layer).ok) continue;
      const { problem } = layer;
      const valueOf = (ref: number): Float32Array => (ref < 0 ? input : expected[ref]!.output);
      const operands = {
        ...conv.weights,
        input: valueOf(from),
        residual: residual === undefined ? undefined : valueOf(residual),
      };
      const alone = await checkOperands(
        backend,
        problem,
        kind,
        operands,
        {
          output: Float64Array.from(layer.output),
          magnitude: Float64Array.from(layer.error, (e) => e / gamma(roundings(problem))),
        },
        { accuracy },
      );
      const itself = alone.status === "failed" ? "and it is wrong by itself too" : "though by itself it is right";
      return `the first layer to be wrong is ${name} of ${net.layers.length}, ${formatProblem(problem)}, ${itself}`;
    } finally {
      model.dispose();
    }
  }
  return "each shorter network of its first layers is right";
}

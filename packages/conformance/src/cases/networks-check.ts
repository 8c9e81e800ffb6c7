/** Holding a network's results to the reference, and finding the layer that is to blame. */

import {
  type Arithmetic,
  type Backend,
  formatProblem,
  isOperationProblem,
  type Layout,
  type Model,
  network,
  type Network,
  prepare,
  type Problem,
  type Shape4,
  tensor,
  toLayout,
} from "@convene/core";
import type { CaseContext, CaseOutcome } from "../case.js";
import { checkOperands, failedOutcome, isTelling, noRuleFor } from "../check-problem.js";
import type { OperandKind } from "../operands.js";
import { rememberedConv2d } from "../remembered-reference.js";
import { checkWithin } from "../rules.js";
import { hasTransformedRule } from "../transformed-bound.js";
import { convolutionsOf } from "./networks-convolutions.js";
import { buildNetwork, type NetworkDefinition, networkInput } from "./networks-definition.js";
import { type LayerResult, referenceNetwork } from "./networks-reference.js";

/** A network with its weights, one input, and what each layer should give. */
export interface Example {
  readonly net: Network;
  readonly kind: OperandKind;
  /** NCHW. */
  readonly input: Float32Array;
  readonly shape: Shape4;
  /** Of layers that are all direct; `heldTo` gives those of others. */
  readonly expected: readonly LayerResult[];
}

/** Weights and input from their own seeds: one network can have several inputs. */
export function makeExample(definition: NetworkDefinition, kind: OperandKind, seed: number, inputSeed = seed): Example {
  const net = buildNetwork(definition, kind, seed);
  const input = networkInput(definition, kind, inputSeed);
  return { net, kind, input, shape: definition.input, expected: referenceNetwork(net, kind, input, definition.input) };
}

/** The model's answer to the example's input, in NCHW. */
export async function runModel(model: Model, { input, shape }: Example, layout: Layout): Promise<Float32Array> {
  const answer = await model.run(toLayout(tensor(input, shape), layout));
  if (answer.layout !== layout) throw new Error(`the answer to an input in ${layout} came in ${answer.layout}`);
  return toLayout(answer, "nchw").data;
}

/** The layers of a model, or plans in the network's order: what they say of themselves. */
export type Layers = readonly {
  readonly algorithm: string;
  readonly arithmetic: Arithmetic;
  readonly problem: Problem;
}[];

/**
 * The example as layers of these arithmetics are held to it.
 *
 * @throws Error where a layer is transformed that no rule is stated for
 */
export function heldTo(example: Example, layers: Layers): Example {
  const { net, kind, input, shape } = example;
  if (!layers.some(({ arithmetic }) => arithmetic === "transformed")) return example;
  for (const { algorithm, arithmetic, problem } of layers) {
    if (isOperationProblem(problem)) continue;
    if (arithmetic === "transformed" && !hasTransformedRule(problem)) throw new Error(noRuleFor(problem, algorithm));
  }
  const arithmetics = layers.map(({ arithmetic }) => arithmetic);
  return { ...example, expected: referenceNetwork(net, kind, input, shape, arithmetics) };
}

/**
 * Runs the network in both layouts. Integers that come of a transformed layer are exact no longer, and some layers later
 * their bound allows anything; so such a network runs with accuracy "strict" as well, where all of it is exact.
 */
export async function checkNetwork(example: Example, context: CaseContext): Promise<CaseOutcome> {
  const { outcome, isExact } = await checkModel(example, context);
  if (outcome.status === "failed" || isExact || example.kind === "real") return outcome;
  const strict = await checkModel(example, { ...context, accuracy: "strict" });
  const { ratio, algorithm } = outcome;
  if (strict.outcome.status === "failed") {
    return { ...strict.outcome, message: `with accuracy "strict": ${strict.outcome.message}` };
  }
  return { ...strict.outcome, ...(algorithm && { algorithm }), ...(ratio === undefined ? {} : { ratio }) };
}

async function checkModel(
  example: Example,
  { backend, accuracy, seed }: CaseContext,
): Promise<{ readonly outcome: CaseOutcome; readonly isExact: boolean }> {
  const { net, shape } = example;
  const model = await prepare(backend, net, shape, { accuracy });
  try {
    const algorithm = [...new Set(model.layers.map((layer) => layer.algorithm))].join(", ");
    const held = heldTo(example, model.layers);
    const isExact = isExactly(held);
    const outcomes: CaseOutcome[] = [];
    for (const layout of ["nchw", "nhwc"] as const) {
      const outcome = outcomeOf(held, await runModel(model, example, layout));
      if (outcome.status === "failed") {
        const blame = await firstWrongLayer(example, backend, accuracy).catch(
          (error) => `which layer was wrong first cannot be told: ${String(error)}`,
        );
        const message = `${outcome.message}, the network's last layer, in layout ${layout}; ${blame} (weights of seed ${seed})`;
        return { outcome: { ...outcome, algorithm, message }, isExact };
      }
      outcomes.push({ ...outcome, algorithm });
    }
    return { outcome: outcomes.find(({ status }) => status !== "passed") ?? outcomes[0]!, isExact };
  } finally {
    model.dispose();
  }
}

/** How a network's output compares with the last layer's. */
export function outcomeOf(example: Example, output: Float32Array): CaseOutcome {
  const { expected } = example;
  const last = expected.at(-1)!;
  const verdict = checkWithin(output, last.output, last.error);
  const ratio = isExactly(example) ? {} : { ratio: verdict.ratio };
  if (!verdict.ok) return { ...failedOutcome(last.problem, verdict), ...ratio };
  // As zero counts what a zero could stand for: after many layers a bound can be as large as that.
  const telling = Float64Array.from(last.output, (y, at) => (Math.abs(y) > last.error[at]! ? y : 0));
  if (isTelling(last.problem, telling)) return { status: "passed", ...ratio };
  const message = "nearly every output of the network is zero, or may be by its bound";
  return { status: "untrusted", message, ...ratio };
}

/** Whether the network's output has one right answer. */
function isExactly({ expected }: Example): boolean {
  return expected.at(-1)!.error.every((each) => each === 0);
}

/** In words: which layer is the first to be wrong, and whether it is also wrong by itself. */
async function firstWrongLayer(example: Example, backend: Backend, accuracy: "fast" | "strict"): Promise<string> {
  const { net, kind, input, shape, expected } = example;
  const entries = convolutionsOf(net).map(({ conv, name, input: from, residual }) => ({
    conv,
    name,
    input: from < 0 ? "input" : from,
    ...(residual === undefined ? {} : { residual: residual < 0 ? "input" : residual }),
  }));
  for (const [index, { conv, name, input: from, residual }] of convolutionsOf(net).entries()) {
    const model = await prepare(backend, network(...entries.slice(0, index + 1)), shape, { accuracy });
    try {
      const { problem, output, error } = heldTo(example, model.layers).expected[index]!;
      if (checkWithin(await runModel(model, example, "nchw"), output, error).ok) continue;
      const valueOf = (ref: number): Float32Array => (ref < 0 ? input : expected[ref]!.output);
      const operands = {
        ...conv.weights,
        input: valueOf(from),
        residual: residual === undefined ? undefined : valueOf(residual),
      };
      const exact = rememberedConv2d(problem, operands);
      const alone = await checkOperands(backend, problem, kind, operands, exact, { accuracy });
      const itself = alone.status === "failed" ? "and it is wrong by itself too" : "though by itself it is right";
      return `the first layer to be wrong is ${name} of ${net.layers.length}, ${formatProblem(problem)}, ${itself}`;
    } finally {
      model.dispose();
    }
  }
  return "each shorter network of its first layers is right";
}

/** Compares a network's results with the reference, and finds the layer with the fault. */

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

/** A network with its weights, one input, and the right result of each layer. */
export interface Example {
  readonly net: Network;
  readonly kind: OperandKind;
  /** The input, in NCHW. */
  readonly input: Float32Array;
  readonly shape: Shape4;
  /** The right results if all layers are direct. `heldTo` gives the results for other layers. */
  readonly expected: readonly LayerResult[];
}

/** Makes an example. Weights and input have their own seeds, so one network can have several inputs. */
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

/** The declarations of the layers of a model, or of plans in the network's order. */
export type Layers = readonly {
  readonly algorithm: string;
  readonly arithmetic: Arithmetic;
  readonly problem: Problem;
}[];

/**
 * The example with the right results and bounds for layers of these arithmetics.
 *
 * @throws Error if a layer is transformed and no rule exists for its problem
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
 * Runs the network in both layouts. After a transformed layer integers are not exact any more, and some layers later their
 * bound allows any value. So such a network also runs with accuracy "strict", where every layer is exact.
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

/** Compares a network's output with the right result of the last layer. */
export function outcomeOf(example: Example, output: Float32Array): CaseOutcome {
  const { expected } = example;
  const last = expected.at(-1)!;
  const verdict = checkWithin(output, last.output, last.error);
  const ratio = isExactly(example) ? {} : { ratio: verdict.ratio };
  if (!verdict.ok) return { ...failedOutcome(last.problem, verdict), ...ratio };
  // A value that is no larger than its bound counts as zero, because a wrong zero would pass too. After many layers a bound can be that large.
  const telling = Float64Array.from(last.output, (y, at) => (Math.abs(y) > last.error[at]! ? y : 0));
  if (isTelling(last.problem, telling)) return { status: "passed", ...ratio };
  const message = "nearly every output of the network is zero, or may be by its bound";
  return { status: "untrusted", message, ...ratio };
}

/** Whether the network's output has exactly one right value. */
function isExactly({ expected }: Example): boolean {
  return expected.at(-1)!.error.every((each) => each === 0);
}

/** A sentence that names the first wrong layer, and says whether this layer is also wrong alone. */
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

/**
 * Compares the outputs of a network from an ONNX file with those of ONNX Runtime, on the same inputs. Another check compares the
 * layers with the float64 reference. This check finds an operator that was read wrongly.
 */

import { type CaseOutcome, codeOf, messageOf, thrownOf } from "@convene/conformance";
import {
  isOperationProblem,
  type Network,
  operationOutputShape,
  outputShape,
  prepare,
  type Problem,
  randomUniform,
  type Tensor,
  tensor,
  toLayout,
} from "@convene/core";
import type { OpenBackend } from "../open-backends.js";
import { breathe, settle, type Waiting } from "../settle.js";
import type { Workload } from "../workloads/index.js";
import type { OnnxBytes } from "../workloads/workload.js";
import { compareOutputs, referenceOutputs, TOLERANCE } from "./check-own-network.js";
import type { Tallies } from "./tally.js";

type Chain = NonNullable<Workload["chain"]>;
type OnnxChain = Chain & { readonly onnx: NonNullable<Chain["onnx"]> };

/** An array with its dimensions, in the order of the ONNX file. */
export interface Dense {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** ONNX Runtime, from any place. */
export interface OnnxRuntime {
  /** Its package and version: `"onnxruntime-node 1.27.0"`. */
  readonly name: string;
  /** Runs a file once. Inputs and outputs by their names in the file. */
  run(file: OnnxBytes, inputs: Readonly<Record<string, Dense>>): Promise<Readonly<Record<string, Float32Array>>>;
}

export interface CheckOutputsOptions {
  readonly runtime: OnnxRuntime;
  readonly label: string;
  readonly seed: number;
  /** The command that runs the check again. */
  readonly rerun: (backends: readonly string[]) => string;
}

export function hasFile(chain: Chain | undefined): chain is OnnxChain {
  return chain?.onnx !== undefined;
}

/**
 * The largest difference that may come from rounding, as a multiple of the tolerance. M-LSD on noise needs it: there the error of ONNX
 * Runtime 1.30 is 34 times the tolerance, and the error of `cpu` is 1.6 times the tolerance.
 */
const MOST_ROUNDING = 100;

/**
 * A difference that is allowed in outputs of a sigmoid or a softmax, also if all of them are near zero: four roundings of 1. ONNX Runtime 1.30
 * answers 1.5e-7 where a sigmoid is smaller.
 */
const PROBABILITY_FLOOR = 2 ** -22;

/** The outputs that are values of a sigmoid or of a softmax. */
function probabilities({ network, inputShapes }: OnnxChain): ReadonlyMap<string, number> {
  const problems = network.problems(inputShapes);
  return new Map(
    network.outputs.flatMap(({ name, value }): [string, number][] => {
      const problem = sourceOf(network, problems, value);
      const isOne =
        problem !== undefined &&
        "kind" in problem &&
        (problem.kind === "softmax" || (problem.kind === "activation" && problem.activation === "sigmoid"));
      return isOne ? [[name, PROBABILITY_FLOOR]] : [];
    }),
  );
}

/** The problem of a layer, or, if the layer only gives its input another shape, that of the layer before it. */
function sourceOf(network: Network, problems: readonly Problem[], value: number): Problem | undefined {
  const problem = problems[value];
  const layer = network.layers[value];
  const isMove = layer?.kind === "operation" && layer.operation.kind === "reshape";
  return isMove ? sourceOf(network, problems, layer.inputs[0]!) : problem;
}

/**
 * Counts one case for each backend. The case is skipped, with the reason, if ONNX Runtime does not run the file, or if the network
 * amplifies rounding so much that ONNX Runtime is further from the float64 reference than the backend.
 */
export async function checkOutputs(
  chain: OnnxChain,
  backends: readonly OpenBackend[],
  into: Tallies,
  waiting: Waiting,
  { runtime, label, seed, rerun }: CheckOutputsOptions,
): Promise<void> {
  const inputs = Object.fromEntries(
    Object.entries(chain.inputShapes).map(([name, shape], index) => [
      name,
      randomUniform(shape, { seed: seed + index, min: -1, max: 1 }),
    ]),
  );
  let expected: ReadonlyMap<string, Float32Array> | undefined;
  let exact: Promise<ReadonlyMap<string, Float32Array>> | undefined;
  let refusal = "";
  try {
    expected = await settle(waiting, () => outputsOf(runtime, chain, inputs));
  } catch (error) {
    await breathe(waiting);
    refusal = `${runtime.name} does not run the file: ${messageOf(error)}`;
  }
  for (const { name, backend } of backends) {
    const tally = into.of({ name: `${label}, outputs`, against: "ONNX Runtime", exact: false }, name);
    const start = performance.now();
    let outcome: CaseOutcome = { status: "skipped", message: refusal };
    if (expected !== undefined) {
      const right = expected;
      try {
        outcome = await settle(waiting, async () => {
          const model = await prepare(backend, chain.network, chain.inputShapes);
          try {
            const given = await model.run(inputs);
            const found = compareOutputs(right, given, probabilities(chain));
            if (found.status === "agrees" || !((found.errorOverBound ?? Infinity) <= MOST_ROUNDING))
              return outcomeOf(found);
            const reference = await (exact ??= referenceOutputs(chain, inputs, waiting));
            const ours = compareOutputs(reference, given).errorOverBound ?? Infinity;
            const theirs = distance(reference, right);
            return ours < theirs
              ? { status: "skipped", message: aboutRounding(runtime.name, name, theirs, ours) }
              : outcomeOf(found);
          } finally {
            model.dispose();
          }
        });
      } catch (error) {
        await breathe(waiting);
        const thrown = thrownOf(error, undefined);
        outcome =
          codeOf(error) === "ERR_UNSUPPORTED"
            ? { status: "skipped", message: messageOf(error) }
            : { status: "failed", message: messageOf(error), ...(thrown && { thrown }) };
      }
    }
    tally.add(`the outputs of ${runtime.name}`, outcome, performance.now() - start, rerun([name]));
  }
}

/** The largest difference between outputs and the reference, as a multiple of the tolerance. Both are in NCHW. */
function distance(reference: ReadonlyMap<string, Float32Array>, outputs: ReadonlyMap<string, Float32Array>): number {
  const given = Object.fromEntries(
    [...outputs].map(([name, data]) => [name, tensor(data, [1, data.length, 1, 1], { layout: "nchw" })]),
  );
  return compareOutputs(reference, given).errorOverBound ?? Infinity;
}

function aboutRounding(runtime: string, backend: string, theirs: number, ours: number): string {
  const share = (ratio: number): string => (ratio * TOLERANCE).toPrecision(2);
  return `the network amplifies rounding on these inputs: of an output's range, ${runtime} is ${share(theirs)} off the float64 reference, and ${backend} ${share(ours)}`;
}

function outcomeOf({ status, errorOverBound, message }: ReturnType<typeof compareOutputs>): CaseOutcome {
  return {
    status: status === "agrees" ? "passed" : "failed",
    ...(errorOverBound !== undefined && { ratio: errorOverBound }),
    ...(message !== undefined && { message }),
  };
}

/** The outputs of ONNX Runtime, by name, in NCHW. */
async function outputsOf(
  runtime: OnnxRuntime,
  { network, inputShapes, onnx }: OnnxChain,
  inputs: Readonly<Record<string, Tensor>>,
): Promise<ReadonlyMap<string, Float32Array>> {
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, given]) => {
      const { layout, dims } = onnx.inputs[name]!;
      const [n, c, h, w] = given.shape;
      const sizes = layout === "nhwc" ? [n, h, w, c] : [n, c, h, w];
      // A file may leave out trailing dimensions of size 1.
      return [name, { data: toLayout(given, layout).data, dims: sizes.slice(0, dims.length) }];
    }),
  );
  const found = await runtime.run(onnx, feeds);
  const problems = network.problems(inputShapes);
  return new Map(
    network.outputs.map(({ name, value, layout = "nchw" }) => {
      const problem = problems[value]!;
      const shape = isOperationProblem(problem) ? operationOutputShape(problem) : outputShape(problem);
      const data = found[name];
      if (!data) throw new Error(`there is no output ${name}`);
      return [name, toLayout(tensor(data, shape, { layout }), "nchw").data];
    }),
  );
}

/**
 * Compares a trained network with the reference, layer by layer. Each layer has its real weights, and gets the inputs that the layers
 * before it gave on this backend. Then the network runs as in an application, with shared memory, and must give the same bits.
 */

import {
  type CaseOutcome,
  checkOperands,
  checkOperationOperands,
  codeOf,
  messageOf,
  type Operands,
  thrownOf,
  type TransformedBound,
  watchCalls,
} from "@convene/conformance";
import {
  type Backend,
  type DeviceTensor,
  formatOperation,
  formatProblem,
  isOperationProblem,
  operationOutputShape,
  outputShape,
  prepare,
  type Problem,
  randomUniform,
  type ResolvedLayer,
  type Shape4,
  type Tensor,
} from "@convene/core";
import type { OpenBackend } from "../open-backends.js";
import type { Workload } from "../workloads/index.js";
import { referenceInSlices, transformedBoundInSlices } from "./reference-slices.js";
import type { Tallies } from "./tally.js";
import { breathe, settle, type Waiting } from "../settle.js";

type Chain = NonNullable<Workload["chain"]>;

export interface CheckNetworkOptions {
  readonly label: string;
  readonly seed: number;
  readonly onLayer: (text: string) => void;
  /** The command that runs the network's checks again. */
  readonly rerun: (backends: readonly string[]) => string;
}

/** Counts cases in a tally of layers for each backend, and in a tally of whole networks. Throws after Ctrl-C. */
export async function checkNetwork(
  { network, inputShapes }: Chain,
  backends: readonly OpenBackend[],
  into: Tallies,
  waiting: Waiting,
  { label, seed, onLayer, rerun }: CheckNetworkOptions,
): Promise<void> {
  const problems = network.problems(inputShapes);
  const inputs = Object.entries(inputShapes).map(([, shape], index) =>
    randomUniform(shape, { seed: seed + index, min: -1, max: 1 }),
  );
  for (const { name, backend } of backends) {
    const watch = watchCalls();
    const watched = watch.over(backend);
    const again = rerun([name]);
    const layersTally = into.of(
      { name: `${label}, its weights`, against: "the float64 reference", exact: false },
      name,
    );
    const wholeTally = into.of({ name: `${label}, whole`, against: undefined, exact: true }, name);
    const record = async (tally: typeof layersTally, what: string, work: () => Promise<CaseOutcome>): Promise<void> => {
      const start = performance.now();
      let outcome: CaseOutcome;
      try {
        outcome = await settle(waiting, work);
      } catch (error) {
        await breathe(waiting);
        outcome = outcomeOf(error, watch.callOf(error));
      }
      tally.add(what, outcome, performance.now() - start, again);
    };

    let values: Values | undefined;
    try {
      values = await settle(waiting, () => runLayers(backend, network.layers, problems, inputs));
    } catch (error) {
      await breathe(waiting);
      layersTally.add("all layers", outcomeOf(error, undefined), 0, again);
      continue;
    }
    const given = values;
    for (const [index, problem] of problems.entries()) {
      const layer = network.layers[index]!;
      const text = isOperationProblem(problem) ? formatOperation(problem) : formatProblem(problem);
      await record(layersTally, `${layer.name} (${text})`, () => checkLayer(watched, layer, problem, given, waiting));
      onLayer(text);
    }
    await record(wholeTally, "the same bits as layer by layer", () =>
      checkWhole(watched, { network, inputShapes }, inputs, given),
    );
  }
}

/** The inputs, and the result of each layer, in NCHW. */
export interface Values {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

export const valueOf = ({ inputs, outputs }: Values, value: number): Float32Array =>
  (value < 0 ? inputs[-1 - value]! : outputs[value]!).data;

const shapeOf = (problem: Problem): Shape4 =>
  isOperationProblem(problem) ? operationOutputShape(problem) : outputShape(problem);

/**
 * Runs each layer alone, with its own tensors. A tensor is kept until its last reader has run.
 *
 * @param pause awaited after each layer
 */
export async function runLayers(
  backend: Backend,
  layers: readonly ResolvedLayer[],
  problems: readonly Problem[],
  inputs: readonly Tensor[],
  pause: () => Promise<void> = async () => undefined,
): Promise<Values> {
  const last = new Map<number, number>();
  for (const [index, layer] of layers.entries()) for (const value of readsOf(layer)) last.set(value, index);
  const tensors = new Map<number, DeviceTensor>(inputs.map((tensor, index) => [-1 - index, backend.upload(tensor)]));
  const outputs: Tensor[] = [];
  try {
    for (const [index, layer] of layers.entries()) {
      const problem = problems[index]!;
      const output = backend.allocate(shapeOf(problem));
      tensors.set(index, output);
      const reads = readsOf(layer).map((value) => tensors.get(value)!);
      if (isOperationProblem(problem) || layer.kind === "operation") {
        if (!isOperationProblem(problem) || layer.kind !== "operation")
          throw new Error(`layer ${layer.name} is of two kinds`);
        const plan = await backend.prepareOperation(problem, layer.operation.parameters);
        plan.run(reads, output);
        outputs.push(await backend.read(output));
        plan.dispose();
      } else {
        const plan = await backend.prepareConv2d(problem, layer.conv.weights);
        plan.run(reads[0]!, output, reads[1]);
        outputs.push(await backend.read(output));
        plan.dispose();
      }
      await pause();
      for (const [value, tensor] of tensors) {
        if ((last.get(value) ?? -1) > index) continue;
        tensor.dispose();
        tensors.delete(value);
      }
    }
    return { inputs, outputs };
  } finally {
    for (const tensor of tensors.values()) tensor.dispose();
  }
}

/** The values that a layer reads. */
function readsOf(layer: ResolvedLayer): readonly number[] {
  if (layer.kind === "operation") return layer.inputs;
  return layer.residual === undefined ? [layer.input] : [layer.input, layer.residual];
}

async function checkLayer(
  backend: Backend,
  layer: ResolvedLayer,
  problem: Problem,
  values: Values,
  waiting: Waiting,
): Promise<CaseOutcome> {
  const pause = (): Promise<void> => breathe(waiting);
  if (isOperationProblem(problem) || layer.kind === "operation") {
    if (!isOperationProblem(problem) || layer.kind !== "operation")
      throw new Error(`layer ${layer.name} is of two kinds`);
    const operands = { inputs: layer.inputs.map((value) => valueOf(values, value)), ...layer.operation.parameters };
    return checkOperationOperands(backend, problem, operands, { about: "of the network's own values", trusted: true });
  }
  const operands: Operands = {
    ...layer.conv.weights,
    input: valueOf(values, layer.input),
    residual: layer.residual === undefined ? undefined : valueOf(values, layer.residual),
  };
  let bound: Promise<TransformedBound> | undefined;
  const transformed = (): Promise<TransformedBound> => (bound ??= transformedBoundInSlices(problem, operands, pause));
  const expected = { ...(await referenceInSlices(problem, operands, pause)), transformed };
  const outcome = await checkOperands(backend, problem, "real", operands, expected);
  // A trained layer can give only zeros after its clamp, so untrusted counts as passed here.
  return outcome.status === "untrusted" ? { ...outcome, status: "passed" } : outcome;
}

async function checkWhole(
  backend: Backend,
  { network, inputShapes }: Chain,
  inputs: readonly Tensor[],
  values: Values,
): Promise<CaseOutcome> {
  const model = await prepare(backend, network, inputShapes);
  try {
    const answer = await model.run(Object.fromEntries(network.inputs.map((name, index) => [name, inputs[index]!])));
    for (const { name, value } of network.outputs) {
      const tensor = answer[name]!;
      const expected = valueOf(values, value);
      const [, c, h, w] = tensor.shape;
      const wrong = tensor.data.findIndex((each, at) => {
        const place = tensor.layout === "nchw" ? at : nchwPlace(at, c, h * w);
        return !Object.is(each, expected[place]);
      });
      if (wrong !== -1) {
        const message = `element ${wrong} of the output ${name} is ${tensor.data[wrong]}: not what the layers give one by one`;
        return { status: "failed", message };
      }
    }
    return { status: "passed" };
  } finally {
    model.dispose();
  }
}

/** The index in NCHW of the element with this index in NHWC. */
function nchwPlace(at: number, channels: number, pixels: number): number {
  const [channel, pixel] = [at % channels, Math.floor(at / channels)];
  const image = Math.floor(pixel / pixels);
  return (image * channels + channel) * pixels + (pixel % pixels);
}

/** The outcome of a check that throws. A declared limit of the backend is no fault. */
function outcomeOf(error: unknown, call: string | undefined): CaseOutcome {
  if (codeOf(error) === "ERR_UNSUPPORTED") return { status: "skipped", message: messageOf(error) };
  const thrown = thrownOf(error, call);
  return { status: "failed", message: messageOf(error), ...(thrown ? { thrown } : {}) };
}

/** Networks without weights, and the two kinds of weights for them. */

import {
  Conv2d,
  type Conv2dOptions,
  type Conv2dProblem,
  type LayerRef,
  network,
  type Network,
  type Shape4,
} from "@convene/core";
import type { OperandKind } from "../operands.js";
import { randomSource } from "../random-source.js";
import { convolutionProblems } from "./networks-convolutions.js";

export interface LayerDefinition extends Conv2dOptions {
  readonly name?: string;
  readonly input?: LayerRef;
  readonly residual?: LayerRef;
  /** For pooling: weights that give the mean of the kernel's taps. Default: random weights. */
  readonly pooling?: true;
}

export interface NetworkDefinition {
  readonly name: string;
  readonly input: Shape4;
  readonly layers: readonly LayerDefinition[];
}

/** The answers of `problemsOf`. Each network has several cases, and they ask for the same problems. */
const PROBLEMS = new WeakMap<NetworkDefinition, readonly Conv2dProblem[]>();

/** The problem of each layer. A backend must take all of them to run the network. */
export function problemsOf(definition: NetworkDefinition): readonly Conv2dProblem[] {
  const known = PROBLEMS.get(definition);
  if (known) return known;
  const entries = definition.layers.map((layer) => entryOf(layer, new Conv2d(optionsOf(layer))));
  const problems = convolutionProblems(network(...entries), definition.input);
  PROBLEMS.set(definition, problems);
  return problems;
}

/** The network with weights from the seed. */
export function buildNetwork({ layers }: NetworkDefinition, kind: OperandKind, seed: number): Network {
  const random = randomSource(seed);
  return network(...layers.map((layer) => entryOf(layer, withWeights(layer, kind, random))));
}

/** An input for the network: integers from −7 to 7 without 0, or real numbers of ordinary size. */
export function networkInput({ input }: NetworkDefinition, kind: OperandKind, seed: number): Float32Array {
  const random = randomSource(seed);
  const data = new Float32Array(input[0] * input[1] * input[2] * input[3]);
  return data.map(() => signed(random, kind === "integer" ? 1 + Math.floor(random() * 7) : 2 * random()));
}

/** The most weights of an output that are not zero, for integers. This number keeps sums small over many layers. */
const MOST_WEIGHTS = 12;

/** The power that makes the sizes of real weights uneven. */
const UNEVEN = 12;

/**
 * Integers are ±1 and ±2, and a sum has few of them. So two or three layers without a clamp stay far below 2²⁴, and the whole
 * network has one right result. Real weights have a size that keeps the size of the values from layer to layer. A few of them
 * are large, and the others are small, for this reason: with each layer the bound grows by the sum of the weights, and the
 * values grow only by their root mean square. With weights of equal size the bound would allow any value after ten layers.
 */
function withWeights(layer: LayerDefinition, kind: OperandKind, random: () => number): Conv2d {
  const options = optionsOf(layer);
  const { weightShape, hasBias, outChannels } = new Conv2d(options);
  const terms = weightShape[1] * weightShape[2] * weightShape[3];
  const [draw, drawBias] = {
    integer: [
      () => (random() < MOST_WEIGHTS / terms ? signed(random, random() < 0.7 ? 1 : 2) : 0),
      () => signed(random, 1 + Math.floor(random() * 5)),
    ],
    real: [
      () => signed(random, random() ** UNEVEN * Math.sqrt((2 * UNEVEN + 1) / terms)),
      () => signed(random, random()),
    ],
  }[kind] as [() => number, () => number];
  const mean = kind === "integer" ? 1 : 1 / terms;
  const weight = new Float32Array(outChannels * terms).map(layer.pooling ? () => mean : draw);
  return new Conv2d(options, hasBias ? { weight, bias: new Float32Array(outChannels).map(drawBias) } : { weight });
}

function signed(random: () => number, size: number): number {
  return random() < 0.5 ? -size : size;
}

function optionsOf({
  name: _name,
  input: _input,
  residual: _residual,
  pooling: _pooling,
  ...options
}: LayerDefinition) {
  return options;
}

function entryOf({ name, input, residual }: LayerDefinition, conv: Conv2d) {
  return {
    conv,
    ...(name === undefined ? {} : { name }),
    ...(input === undefined ? {} : { input }),
    ...(residual === undefined ? {} : { residual }),
  };
}

/** Networks without weights, and the two kinds of weights that they are tried with. */

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
  /** Weights that take the mean of what the kernel covers, for pooling; left out, random ones. */
  readonly pooling?: true;
}

export interface NetworkDefinition {
  readonly name: string;
  readonly input: Shape4;
  readonly layers: readonly LayerDefinition[];
}

/** Each layer's problem: what a backend has to take for the network to run. */
export function problemsOf({ layers, input }: NetworkDefinition): readonly Conv2dProblem[] {
  return convolutionProblems(network(...layers.map((layer) => entryOf(layer, new Conv2d(optionsOf(layer))))), input);
}

/** The network with weights from the seed. */
export function buildNetwork({ layers }: NetworkDefinition, kind: OperandKind, seed: number): Network {
  const random = randomSource(seed);
  return network(...layers.map((layer) => entryOf(layer, withWeights(layer, kind, random))));
}

/** An input for it: integers from −7 to 7 but 0, or reals of ordinary size. */
export function networkInput({ input }: NetworkDefinition, kind: OperandKind, seed: number): Float32Array {
  const random = randomSource(seed);
  const data = new Float32Array(input[0] * input[1] * input[2] * input[3]);
  return data.map(() => signed(random, kind === "integer" ? 1 + Math.floor(random() * 7) : 2 * random()));
}

/** How many weights of an output are not zero where they are integers, at most: so many keep sums small over many layers. */
const MOST_WEIGHTS = 12;

/** How unevenly reals are spread: their power. */
const UNEVEN = 12;

/**
 * Integers are ±1 and ±2, few in each sum: layers without a clamp, two or three in a row, then stay far below 2²⁴, so that
 * the whole network has one right answer. Reals are as large as keeps the size of what passes through, a few of them large
 * and the others small: with each layer the bound grows by their sum and what passes through by their root mean square
 * only, so that evenly large ones would leave a bound that allows anything after ten layers.
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

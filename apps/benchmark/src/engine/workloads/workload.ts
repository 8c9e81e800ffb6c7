/** A workload: the convolutions of a network, or a list of problems. Data and pure functions; nothing here runs any. */

import {
  type Conv2dProblem,
  formatProblem,
  type InputShapes,
  isOperationProblem,
  type Network,
  type OperationProblem,
  type Shape4,
} from "@convene/core";
import type { OnnxNetwork } from "@convene/onnx";

export interface WorkloadLayer {
  readonly name: string;
  readonly problem: Conv2dProblem;
  /** How often in a row it occurs. */
  readonly repeat: number;
}

export interface Workload {
  readonly name: string;
  /** What was typed for it, where that is not its name. */
  readonly target?: string;
  /** One line: what it is and where it comes from. */
  readonly about: string;
  /** In the order of execution. */
  readonly layers: readonly WorkloadLayer[];
  /** Operations beside convolution, which are verified and not timed. */
  readonly operations?: readonly OperationProblem[];
  /** The whole as one network, where it is one. */
  readonly chain?: {
    readonly network: Network;
    /** `[n, c, h, w]` of each input, by its name. */
    readonly inputShapes: Readonly<Record<string, Shape4>>;
    /** Whether its weights come from a file: then verify holds each layer, with them, to the reference. */
    readonly trained?: boolean;
    /** The ONNX file that it was read from, and how the file has its inputs. */
    readonly onnx?: { readonly bytes: Uint8Array; readonly inputs: OnnxNetwork["inputDetails"] };
  };
}

/** One problem, and how often the workload has it. */
export interface DistinctLayer {
  /** The problem's string. */
  readonly text: string;
  readonly problem: Conv2dProblem;
  readonly repeat: number;
  /** The names of the layers that pose it. */
  readonly names: readonly string[];
}

/** Each problem once, in order of first occurrence. */
export function distinctLayers(layers: readonly WorkloadLayer[]): readonly DistinctLayer[] {
  const found = new Map<string, DistinctLayer & { repeat: number; readonly names: string[] }>();
  for (const { name, problem, repeat } of layers) {
    const text = formatProblem(problem);
    const before = found.get(text);
    if (before) {
      before.repeat += repeat;
      before.names.push(name);
    } else {
      found.set(text, { text, problem, repeat, names: [name] });
    }
  }
  return [...found.values()];
}

/** How many convolutions the workload runs. */
export function layerCount({ layers }: Workload): number {
  return layers.reduce((total, { repeat }) => total + repeat, 0);
}

/** The convolutions of a network as a workload's layers. Other operations are timed with the whole network only. */
export function networkLayers(network: Network, inputShapes: InputShapes): readonly WorkloadLayer[] {
  return network
    .problems(inputShapes)
    .flatMap((problem, index) =>
      isOperationProblem(problem) ? [] : [{ name: network.layers[index]!.name, problem, repeat: 1 }],
    );
}

/** A workload: the convolutions of a network, or a list of problems. This file has data and pure functions, and runs nothing. */

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
  /** How often the layer occurs in a row. */
  readonly repeat: number;
}

/** An ONNX file. */
export interface OnnxBytes {
  readonly bytes: Uint8Array;
  /** The files that have weights, by the locations that the ONNX file gives. */
  readonly external: Readonly<Record<string, Uint8Array>>;
}

export interface Workload {
  readonly name: string;
  /** The word of the command line, if it is not the name. */
  readonly target?: string;
  /** One line about the workload and its source. */
  readonly about: string;
  /** The layers, in the order of execution. */
  readonly layers: readonly WorkloadLayer[];
  /** Operations beside convolution, which are verified and not timed. */
  readonly operations?: readonly OperationProblem[];
  /** The whole workload as one network, if it is one. */
  readonly chain?: {
    readonly network: Network;
    /** `[n, c, h, w]` of each input, by its name. */
    readonly inputShapes: Readonly<Record<string, Shape4>>;
    /** Whether the weights come from a file. Then verify compares each layer, with these weights, with the reference. */
    readonly trained?: boolean;
    /** The ONNX file of the workload, other files that have its weights, and the file's details of its inputs. */
    readonly onnx?: OnnxBytes & { readonly inputs: OnnxNetwork["inputDetails"] };
  };
}

/** One problem, and how often the workload has it. */
export interface DistinctLayer {
  /** The problem's string. */
  readonly text: string;
  readonly problem: Conv2dProblem;
  readonly repeat: number;
  /** The names of the layers with this problem. */
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

/** The number of convolutions that the workload runs. */
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

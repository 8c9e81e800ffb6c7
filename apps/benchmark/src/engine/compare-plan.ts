/** What a comparison is asked to do. A plan is plain data: a page posts a plan to a Web Worker, and a link can hold one. */

import type { Shape4 } from "@convene/core";
import type { Workload } from "./workloads/workload.js";

/** What is compared: a workload by its name, by its problems, or by the bytes of an ONNX file. */
export type WorkloadChoice =
  /** One of the workloads that the engine has, such as `"mobilenet-v1"`. */
  | { readonly kind: "named"; readonly name: string }
  /** Problems as `formatProblem` of `@convene/core` writes them. */
  | { readonly kind: "problems"; readonly problems: readonly string[]; readonly name?: string }
  | {
      readonly kind: "onnx";
      /** The file's name, for reports. */
      readonly name: string;
      readonly bytes: Uint8Array;
      /** `[n, c, h, w]` of inputs whose sizes the file leaves open. An open batch alone needs none, and is 1. */
      readonly shapes?: Readonly<Record<string, Shape4>>;
    }
  /** A workload that has been resolved already. This choice holds functions, and cannot be posted to a worker. */
  | { readonly kind: "resolved"; readonly workload: Workload };

export interface ComparePlan {
  readonly workloads: readonly WorkloadChoice[];
  /**
   * The backends, the first of which is the baseline of every ratio: a name with its options, such as `"cpu"`, `"cpu:wide"` or
   * `"worker-threads?threads=2"`, or any other name that the host opens.
   */
  readonly backends: readonly string[];
  /** The most milliseconds for each layer and backend. Default 250. A network gets four times as much. */
  readonly time?: number;
  /** The most milliseconds for the whole; what is not measured by then is left out. Default: none. */
  readonly limit?: number;
  /** Rounds end where the interval of each ratio is no wider than this share of the ratio. Default 0.02. */
  readonly precision?: number;
  /** Hold each backend to the float64 reference, and the backends to each other, before they are timed. Default true. */
  readonly verify?: boolean;
  /** Measure what the machine allows at most (about a second), so that figures have a share of that. Default false. */
  readonly roofline?: boolean;
}

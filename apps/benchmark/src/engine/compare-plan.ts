/** The plan of a comparison. A plan is plain data, so a page can post it to a Web Worker, and a link can hold it. */

import type { Shape4 } from "@convene/core";
import type { Workload } from "./workloads/workload.js";

/** The workload of a comparison: by its name, by its problems, or by the bytes of an ONNX file. */
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
      /** Other files that have weights of the network, by their names. */
      readonly external?: Readonly<Record<string, Uint8Array>>;
      /** `[n, c, h, w]` of inputs whose sizes the file leaves open. An open batch alone needs none, and is 1. */
      readonly shapes?: Readonly<Record<string, Shape4>>;
    }
  /** A resolved workload. This choice has functions, so it cannot be posted to a worker. */
  | { readonly kind: "resolved"; readonly workload: Workload };

export interface ComparePlan {
  readonly workloads: readonly WorkloadChoice[];
  /**
   * The backends. The first is the baseline of every ratio. Each is a name with its options, such as `"cpu"`, `"cpu:wide"` or
   * `"worker-threads?threads=2"`, or any other name that the host can open.
   */
  readonly backends: readonly string[];
  /** The most milliseconds for each layer and backend. Default 250. A network gets four times as much. */
  readonly time?: number;
  /** The most milliseconds for the whole comparison. Figures that are not measured by then are left out. Default: no limit. */
  readonly limit?: number;
  /** Rounds end when the interval of each ratio is no wider than this share of the ratio. Default: 0.02. */
  readonly precision?: number;
  /** Whether each backend is compared with the float64 reference and with the other backends before it is timed. Default: true. */
  readonly verify?: boolean;
  /** Whether the machine's roofline is measured (about a second), so that figures have a share of it. Default: false. */
  readonly roofline?: boolean;
}

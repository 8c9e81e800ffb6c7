/**
 * The report of a comparison: one value of plain data, which structured clone can copy. It is the JSON of the command and of the
 * page. All times are in milliseconds, and all sizes are in bytes.
 */

import type { Thrown } from "@convene/conformance";

/** The first two fields of every file of results. A reader refuses any other version. */
export const REPORT_FORMAT = "convene-comparison";
export const REPORT_VERSION = 1;

export interface CompareReport {
  readonly format: typeof REPORT_FORMAT;
  readonly version: typeof REPORT_VERSION;
  readonly environment: Environment;
  /** The backends, in the order of the plan. The first one here is the baseline. */
  readonly backends: readonly BackendReport[];
  readonly unavailable: readonly UnavailableReport[];
  /** The most milliseconds for each layer and backend. */
  readonly timePerLayer: number;
  readonly verification: VerificationReport;
  readonly workloads: readonly WorkloadReport[];
  readonly roofline?: Roofline;
  /** Failures of whole backends: a backend did not open, or was given up. */
  readonly failures: readonly Failure[];
  /** All warnings: those that follow from the fields above, and those of `observed`. */
  readonly warnings: readonly Warning[];
  /** Warnings of the host during the comparison, such as a tab in the background. */
  readonly observed?: readonly Warning[];
  /** How the comparison ended. `"running"`: it has not ended, and the report has the results so far. */
  readonly outcome: CompareOutcome;
}

/** `"stopped"`: the caller's signal stopped the comparison. `"out-of-time"`: the plan's time limit did. */
export type CompareOutcome = "running" | "complete" | "stopped" | "out-of-time";

/** Where the comparison ran. A figure has no meaning without this. */
export interface Environment {
  /** Convene's version. */
  readonly convene: string;
  /** `"Node v20.1.0"`, or a browser's name and version. */
  readonly runtime: string;
  /** The JavaScript engine, if it is known: `"V8 11.3"`. */
  readonly engine?: string;
  readonly platform: string;
  readonly arch?: string;
  /** The processor's name, which a browser does not tell. */
  readonly cpu?: string;
  /** The number of threads that the machine offers to this program. */
  readonly threads: number;
  /** In a page: whether the page has shared memory (`crossOriginIsolated`). Without shared memory there is one thread. */
  readonly isolated?: boolean;
  /** The measured smallest step of the clock, in milliseconds. */
  readonly clockStep: number;
  /** The date, in ISO 8601. */
  readonly date: string;
}

/** One backend that takes part, and its circumstances. */
export interface BackendReport {
  /** The name of the backend in all parts of the report. */
  readonly name: string;
  /** The entry in a plan's `backends` that opens this backend again. */
  readonly asked: string;
  /** The device on which the backend really runs, in its own words: `"wasm relaxed, 2 threads"`. */
  readonly device: string;
  /** The build of the kernels, if the backend names its threads: `"wasm simd128"`. */
  readonly build?: string;
  /** The number of threads that really compute. Left out if the device does not say. */
  readonly threads?: number;
  /** Why there are no more threads. Left out if the backend has all threads that the machine offers. */
  readonly whyNotMore?: string;
  /** The adapter of a graphics backend. */
  readonly adapter?: { readonly name: string; readonly software: boolean };
  /** Milliseconds from the start of loading the package (fetching, compiling) until the backend was open. */
  readonly start: number;
  /** The size of the download, gzipped, if the host knows it. */
  readonly downloadBytes?: number;
  /** The version of the package, if the package has its own version, as other libraries do. */
  readonly version?: string;
  /** Whether the backend disagreed with the reference or with another backend. Such a backend is shown but not ranked. */
  readonly wrong: boolean;
  /** Why the backend was given up: it did not answer, or lost its device. */
  readonly givenUp?: string;
}

export interface UnavailableReport {
  readonly name: string;
  readonly reason: string;
  readonly remedy: string;
}

/** The results of checking the backends. */
export interface VerificationReport {
  /** `"skipped"`: the plan leaves the checks out. */
  readonly state: "skipped" | "running" | "done";
  readonly verdicts: readonly Verdict[];
  /**
   * The agreement matrix, without empty entries. It has the largest error / bound of all comparisons, for each pair of backends, and
   * for each backend with the float64 reference (then `b` is left out).
   */
  readonly agreement: readonly Agreement[];
}

/** The comparison of one problem: a backend with the reference, or two backends with each other. */
export interface Verdict {
  readonly workload: string;
  /** The problem's string, or `"end to end"`. */
  readonly problem: string;
  readonly a: string;
  /** The other backend. Left out: the float64 reference. */
  readonly b?: string;
  /** `"untrusted"`: the result is right, but nearly all of it is zero or clamped, so a fault might not show. */
  readonly status: "agrees" | "disagrees" | "untrusted" | "unsupported" | "failed";
  /** The largest error / bound. More than 1 disagrees. Left out if nothing was computed. */
  readonly errorOverBound?: number;
  /** The fault, and its first place. */
  readonly message?: string;
  /** The plane with the wrong elements, one line for each row: `.` right, `+` wrong in some channels, `#` wrong in all. */
  readonly map?: readonly string[];
  readonly thrown?: Thrown;
}

export interface Agreement {
  readonly a: string;
  readonly b?: string;
  readonly compared: number;
  readonly disagreed: number;
  readonly worst?: number;
  /** The problem of `worst`. */
  readonly worstProblem?: string;
}

export interface WorkloadReport {
  readonly name: string;
  /** One line about the workload and its source. */
  readonly about: string;
  /** The number of convolutions. Repeated convolutions count each time. */
  readonly convolutions: number;
  readonly distinctLayers: number;
  readonly batches: readonly number[];
  /** Whether the report has all distinct layers. */
  readonly complete: boolean;
  readonly layers: readonly LayerReport[];
  readonly totals: readonly Total[];
  readonly network?: NetworkReport;
}

export interface LayerReport {
  /** The problem's string. */
  readonly problem: string;
  /** The names of the workload's layers with this problem. */
  readonly names: readonly string[];
  readonly repeat: number;
  readonly macs: number;
  /** Bytes of all operands, if each is read or written once. */
  readonly bytes: number;
  readonly figures: readonly Figure[];
  readonly failures: readonly Failure[];
  /** With a roofline: the least time of one run on one thread. */
  readonly allowed?: Allowed;
}

/** The whole network with `model.run`, upload and read included. */
export interface NetworkReport {
  readonly macs: number;
  readonly figures: readonly Figure[];
  readonly failures: readonly Failure[];
  /** With a roofline: the sum of its layers' least times on one thread. */
  readonly allowed?: Pick<Allowed, "milliseconds">;
}

/** The figures of a backend for a layer, with tensors on the device, or for the whole network. */
export interface Figure {
  readonly backend: string;
  /** The median time of one run, in milliseconds. */
  readonly median: number;
  readonly q1: number;
  readonly q3: number;
  readonly min: number;
  readonly max: number;
  /** The spread: (q3 - q1) / median. */
  readonly spread: number;
  /** Milliseconds of one run, one entry for each round. The n-th samples of all backends were taken one after the other. */
  readonly samples: readonly number[];
  readonly runsPerSample: number;
  /** 10^9 operations a second. A multiply-accumulate counts as two. */
  readonly gflops: number;
  /** Time / the baseline's time. More than 1 is slower. Left out if the baseline has no figure. */
  readonly ratio?: Ratio;
  /** The algorithm that really ran, for a layer. */
  readonly algorithm?: string;
  /** Set if the plan transforms its operands, as Winograd does. Then it does fewer operations than are counted. */
  readonly transformed?: true;
  /** Milliseconds of `prepare` (packing weights, compiling kernels), and below of the first run. */
  readonly prepare?: number;
  readonly first?: number;
  /** The times of the calls that a user makes: upload, run, read. Left out for a network, which is always timed in this way. */
  readonly call?: { readonly median: number; readonly samples: readonly number[] };
  /** The backend's memory while the layer or network is prepared, if the backend reports it. */
  readonly memory?: { readonly used: number; readonly reserved: number };
  /** With a roofline: allowed time / median. Left out if the device does not say how many threads it has. */
  readonly share?: number;
}

/** The median of the paired quotients, and an interval that contains the true ratio in 95 of 100 cases. */
export interface Ratio {
  readonly value: number;
  /** The interval. Left out if there are too few rounds. */
  readonly interval?: { readonly low: number; readonly high: number };
}

export interface Failure {
  readonly backend: string;
  /**
   * `"unsupported"`: a declared limit of the backend, which is no fault. `"silent"`: no answer came. `"lost"`: the device was lost.
   * `"wrong"`: the backend is not timed, because its results are wrong. `"threw"`: any other error.
   */
  readonly kind: "unsupported" | "silent" | "lost" | "wrong" | "threw";
  readonly message: string;
  readonly thrown?: Thrown;
}

/** The sum over all layers: Σ median × repeat. */
export interface Sum {
  readonly milliseconds: number;
  readonly gflops: number;
  readonly ratio?: Ratio;
  readonly share?: number;
}

/** The totals of a backend over the distinct layers with figures. */
export interface Total {
  readonly backend: string;
  readonly layers: number;
  /** The sum. Left out if a layer is missing, because a sum over fewer layers cannot be compared. */
  readonly sum?: Sum;
  readonly geometricMeanGflops: number;
  readonly geometricMeanRatio?: number;
}

/** The kinds of warnings about doubtful figures. `adviceFor` has the words for each. */
export const WARNING_KINDS = [
  "few-samples",
  "noisy",
  "coarse-timer",
  "software-adapter",
  "not-isolated",
  "background",
  "power-saving",
  "unsupported",
  "failed",
  "wrong",
] as const;
export type WarningKind = (typeof WARNING_KINDS)[number];

export interface Warning {
  readonly kind: WarningKind;
  /** The subject: a problem's string, or `"end to end"`. Left out if the warning concerns everything. */
  readonly subject?: string;
  readonly backend?: string;
}

/** The highest rate at which one thread multiplies and adds, over all forms that were tried. */
export interface Peak {
  /** `"fused"`: relaxed SIMD's multiply-add. `"apart"`: a multiplication, then an addition. */
  readonly operations: "apart" | "fused";
  /** The number of independent sums. */
  readonly accumulators: number;
  readonly gflops: number;
}

/** The rate at which one thread reads a buffer again and again. */
export interface LoadRate {
  /** The level of memory where a buffer of this size lies on most machines, such as `"L1"`. */
  readonly level: string;
  /** The buffer's size. */
  readonly bytes: number;
  /** 10^9 bytes a second. */
  readonly gigabytesPerSecond: number;
}

/** The limits of one thread of this engine on this machine. */
export interface Roofline {
  readonly peaks: {
    readonly simd128: Peak;
    /** Only if the engine joins pairs of 128-bit operations (V8's `--experimental-wasm-revectorize`). */
    readonly simd256?: Peak;
  };
  /** The rates, from the smallest buffer to the largest. */
  readonly loads: readonly LoadRate[];
}

/** The least time of one run on one thread. */
export interface Allowed {
  /** The longer of `arithmetic` and `loads`. */
  readonly milliseconds: number;
  readonly bound: "arithmetic" | "loads";
  /** Milliseconds of arithmetic, with two operations for each multiply-accumulate. */
  readonly arithmetic: number;
  /** Milliseconds of reading or writing each operand once. */
  readonly loads: number;
  /** The level whose bandwidth was used, such as `"L2"`. */
  readonly level: string;
}

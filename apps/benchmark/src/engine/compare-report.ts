/**
 * What a comparison has found: one value of plain data, which is the JSON of the command and of the page, and which structured clone
 * copies. Times are milliseconds, sizes bytes, everywhere.
 */

import type { Thrown } from "@convene/conformance";

/** The first two fields of every file of results. A reader refuses any other version. */
export const REPORT_FORMAT = "convene-comparison";
export const REPORT_VERSION = 1;

export interface CompareReport {
  readonly format: typeof REPORT_FORMAT;
  readonly version: typeof REPORT_VERSION;
  readonly environment: Environment;
  /** In the order of the plan. The first that is here is the baseline. */
  readonly backends: readonly BackendReport[];
  readonly unavailable: readonly UnavailableReport[];
  /** The most milliseconds for each layer and backend. */
  readonly timePerLayer: number;
  readonly verification: VerificationReport;
  readonly workloads: readonly WorkloadReport[];
  readonly roofline?: Roofline;
  /** Of backends as wholes: one that did not open, or was given up. */
  readonly failures: readonly Failure[];
  /** All that follow from what is above, and `observed`. */
  readonly warnings: readonly Warning[];
  /** What the host has noticed meanwhile, such as a tab in the background. */
  readonly observed?: readonly Warning[];
  /** How it ended. `"running"`: it has not, and what is here is what there is so far. */
  readonly outcome: CompareOutcome;
}

/** `"stopped"`: by the caller's signal. `"out-of-time"`: the plan's limit came before the end. */
export type CompareOutcome = "running" | "complete" | "stopped" | "out-of-time";

/** Where it ran: without this no figure means anything. */
export interface Environment {
  /** Convene's version. */
  readonly convene: string;
  /** `"Node v20.1.0"`, or a browser's name and version. */
  readonly runtime: string;
  /** The JavaScript engine, where it is known: `"V8 11.3"`. */
  readonly engine?: string;
  readonly platform: string;
  readonly arch?: string;
  /** The processor's name, which a browser does not tell. */
  readonly cpu?: string;
  /** How many threads the machine offers to this program. */
  readonly threads: number;
  /** In a page: whether it has shared memory (`crossOriginIsolated`). Without that there is one thread. */
  readonly isolated?: boolean;
  /** The smallest step of the clock, in milliseconds, as it was measured. */
  readonly clockStep: number;
  /** ISO 8601. */
  readonly date: string;
}

/** One backend that takes part, and its circumstances. */
export interface BackendReport {
  /** What every other part of the report calls it. */
  readonly name: string;
  /** What opens it again: a plan's `backends` entry. */
  readonly asked: string;
  /** What it really runs on, in its own words: `"wasm relaxed, 2 threads"`. */
  readonly device: string;
  /** Which build of its kernels runs, of a backend that names its threads: `"wasm simd128"`. */
  readonly build?: string;
  /** How many threads really compute; left out where the device does not say. */
  readonly threads?: number;
  /** Why there are no more threads than that; left out where the backend has all that the machine offers. */
  readonly whyNotMore?: string;
  /** Of a graphics backend. */
  readonly adapter?: { readonly name: string; readonly software: boolean };
  /** Milliseconds from loading its package (fetching, compiling) until the backend stood. */
  readonly start: number;
  /** What has to be downloaded, gzipped, where the host knows it. */
  readonly downloadBytes?: number;
  /** Where the package has a version of its own, such as a peer's. */
  readonly version?: string;
  /** It disagreed with the reference or with another backend: it is shown, and not ranked. */
  readonly wrong: boolean;
  /** It was asked no more after this: it did not answer, or lost its device. */
  readonly givenUp?: string;
}

export interface UnavailableReport {
  readonly name: string;
  readonly reason: string;
  readonly remedy: string;
}

/** Whether backends are right. */
export interface VerificationReport {
  /** `"skipped"`: the plan said so. */
  readonly state: "skipped" | "running" | "done";
  readonly verdicts: readonly Verdict[];
  /**
   * The agreement matrix, without empty entries: for the float64 reference (`b` left out) and for each pair the largest error over its
   * bound, over all that was compared.
   */
  readonly agreement: readonly Agreement[];
}

/** One problem on one backend against the reference, or on two against each other. */
export interface Verdict {
  readonly workload: string;
  /** The problem's string, or `"end to end"`. */
  readonly problem: string;
  readonly a: string;
  /** Left out: the float64 reference. */
  readonly b?: string;
  /** `"untrusted"`: right, but nearly all of it zero or clamped, so that a fault might not have shown. */
  readonly status: "agrees" | "disagrees" | "untrusted" | "unsupported" | "failed";
  /** The largest error over its bound: more than 1 disagrees. Left out where nothing was computed. */
  readonly errorOverBound?: number;
  /** What is wrong, and the first place. */
  readonly message?: string;
  /** The plane with the wrong elements, a line for each row: `.` right, `+` wrong in some channels, `#` in all. */
  readonly map?: readonly string[];
  readonly thrown?: Thrown;
}

export interface Agreement {
  readonly a: string;
  readonly b?: string;
  readonly compared: number;
  readonly disagreed: number;
  readonly worst?: number;
  /** The problem that `worst` is of. */
  readonly worstProblem?: string;
}

export interface WorkloadReport {
  readonly name: string;
  /** One line: what it is and where it comes from. */
  readonly about: string;
  /** How many convolutions it has, each as often as it occurs. */
  readonly convolutions: number;
  readonly distinctLayers: number;
  readonly batches: readonly number[];
  /** Whether all distinct layers are there. */
  readonly complete: boolean;
  readonly layers: readonly LayerReport[];
  readonly totals: readonly Total[];
  readonly network?: NetworkReport;
}

export interface LayerReport {
  /** The problem's string. */
  readonly problem: string;
  /** The layers of the workload that pose it. */
  readonly names: readonly string[];
  readonly repeat: number;
  readonly macs: number;
  /** Bytes of all operands, each read or written once. */
  readonly bytes: number;
  readonly figures: readonly Figure[];
  readonly failures: readonly Failure[];
  /** With a roofline: the least time for one run on one thread. */
  readonly allowed?: Allowed;
}

/** The whole network by `model.run`: upload and read included. */
export interface NetworkReport {
  readonly macs: number;
  readonly figures: readonly Figure[];
  readonly failures: readonly Failure[];
  /** With a roofline: the sum of its layers' least times on one thread. */
  readonly allowed?: Pick<Allowed, "milliseconds">;
}

/** A backend on a layer, with tensors on the device; or on the whole network. */
export interface Figure {
  readonly backend: string;
  /** Milliseconds of one run. */
  readonly median: number;
  readonly q1: number;
  readonly q3: number;
  readonly min: number;
  readonly max: number;
  /** (q3 - q1) / median. */
  readonly spread: number;
  /** Milliseconds of one run, one entry a round: the n-th samples of all backends were taken next to each other. */
  readonly samples: readonly number[];
  readonly runsPerSample: number;
  /** 10^9 operations a second, two for each multiply-accumulate. */
  readonly gflops: number;
  /** Time over the baseline's time: more than 1 is slower. Left out where the baseline has no figure. */
  readonly ratio?: Ratio;
  /** What really ran, of a layer. */
  readonly algorithm?: string;
  /** The plan transforms its operands, as Winograd does: it does fewer operations than are counted. */
  readonly transformed?: true;
  /** Milliseconds of preparing (packing weights, compiling kernels), and of the first run. */
  readonly prepare?: number;
  readonly first?: number;
  /** The same as a user calls it: data in, run, data out. A network is always called so, and has none here. */
  readonly call?: { readonly median: number; readonly samples: readonly number[] };
  /** What the backend holds while the layer or network is prepared, where it can tell. */
  readonly memory?: { readonly used: number; readonly reserved: number };
  /** With a roofline: time allowed / median. Left out where the device does not say how many threads it has. */
  readonly share?: number;
}

/** The median of the paired quotients, and an interval that holds the true one in 95 of 100 cases. */
export interface Ratio {
  readonly value: number;
  /** Left out: too few rounds for an interval. */
  readonly interval?: { readonly low: number; readonly high: number };
}

export interface Failure {
  readonly backend: string;
  /**
   * `"unsupported"`: a limit that the backend states, and no fault. `"silent"`: no answer came. `"lost"`: its device was lost.
   * `"wrong"`: not timed, because its results are wrong. `"threw"`: anything else.
   */
  readonly kind: "unsupported" | "silent" | "lost" | "wrong" | "threw";
  readonly message: string;
  readonly thrown?: Thrown;
}

/** Σ median × repeat over all layers. */
export interface Sum {
  readonly milliseconds: number;
  readonly gflops: number;
  readonly ratio?: Ratio;
  readonly share?: number;
}

/** A backend over the distinct layers that it has figures for. */
export interface Total {
  readonly backend: string;
  readonly layers: number;
  /** Only where no layer is missing: a sum over fewer could not be compared. */
  readonly sum?: Sum;
  readonly geometricMeanGflops: number;
  readonly geometricMeanRatio?: number;
}

/** What can make a figure doubtful: a closed list. `adviceFor` has the words for each. */
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
  /** Where: a problem's string, or `"end to end"`; left out where it concerns everything. */
  readonly subject?: string;
  readonly backend?: string;
}

/** The fastest that one thread multiplies and adds, over the forms that were tried. */
export interface Peak {
  /** `"fused"`: relaxed SIMD's multiply-add. `"apart"`: a multiplication, then an addition. */
  readonly operations: "apart" | "fused";
  /** How many sums that do not depend on each other it takes. */
  readonly accumulators: number;
  readonly gflops: number;
}

/** How fast one thread reads a buffer again and again. */
export interface LoadRate {
  /** Such as `"L1"`: where a buffer of this size lies on most machines. */
  readonly level: string;
  /** The buffer's size. */
  readonly bytes: number;
  /** 10^9 bytes a second. */
  readonly gigabytesPerSecond: number;
}

/** What one thread of this engine on this machine can do at most. */
export interface Roofline {
  readonly peaks: {
    readonly simd128: Peak;
    /** Only where the engine joins pairs of 128-bit operations (V8's `--experimental-wasm-revectorize`). */
    readonly simd256?: Peak;
  };
  /** From the smallest buffer to the largest. */
  readonly loads: readonly LoadRate[];
}

/** The least time for one run, on one thread. */
export interface Allowed {
  /** The longer of `arithmetic` and `loads`. */
  readonly milliseconds: number;
  readonly bound: "arithmetic" | "loads";
  /** Milliseconds for two operations a multiply-accumulate. */
  readonly arithmetic: number;
  /** Milliseconds for reading or writing each operand once. */
  readonly loads: number;
  /** Whose bandwidth was taken, such as `"L2"`. */
  readonly level: string;
}

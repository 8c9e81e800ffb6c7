/**
 * What a comparison says while it runs. Every event is plain data, so a worker posts events to a page as they are. `foldEvent` makes
 * the report of the events so far: whoever folds them has lost nothing when the comparison dies in the middle.
 *
 * The order: `begin`; `backend`, `unavailable` or `failure` for each backend; then phases, each with `progress`; `end`, once.
 */

import type {
  BackendReport,
  CompareOutcome,
  CompareReport,
  Environment,
  Failure,
  LayerReport,
  NetworkReport,
  Roofline,
  UnavailableReport,
  Verdict,
  Warning,
  WorkloadReport,
} from "./compare-report.js";

/** In this order. A phase that the plan leaves out does not occur. */
export type Phase = "open" | "roofline" | "verify" | "time";

export type CompareEvent =
  | {
      readonly type: "begin";
      readonly environment: Environment;
      /** The plan's backends, the first of which is the baseline. */
      readonly backends: readonly string[];
      /** Without layers and totals as yet. */
      readonly workloads: readonly WorkloadReport[];
      readonly timePerLayer: number;
      readonly verify: boolean;
    }
  /** A backend is open. It comes again where something about it has changed: it is wrong, or was given up. */
  | { readonly type: "backend"; readonly backend: BackendReport }
  /** A backend says that it cannot run here. Nothing takes its place. */
  | ({ readonly type: "unavailable" } & UnavailableReport)
  | { readonly type: "phase"; readonly phase: Phase }
  | {
      readonly type: "progress";
      readonly phase: Phase;
      /** Steps of this phase. */
      readonly done: number;
      readonly total: number;
      /** What is worked on now: a problem's string, a backend's name, `"end to end"`. */
      readonly label: string;
      /** Milliseconds since the begin, and until the end of all phases where that can be estimated. */
      readonly elapsed: number;
      readonly remaining?: number;
    }
  | { readonly type: "verdict"; readonly verdict: Verdict }
  | { readonly type: "roofline"; readonly roofline: Roofline }
  /** A layer's figures, whole; while a layer is being measured it comes again and again, `final` at last. */
  | {
      readonly type: "layer";
      /** The workload's place in `begin.workloads`. */
      readonly workload: number;
      readonly layer: LayerReport;
      readonly final: boolean;
    }
  | {
      readonly type: "network";
      readonly workload: number;
      readonly network: NetworkReport;
      readonly final: boolean;
    }
  /** A backend failed. What it has been measured at before stays. `problem` is left out where all of it failed. */
  | { readonly type: "failure"; readonly problem?: string; readonly failure: Failure }
  | { readonly type: "warning"; readonly warning: Warning }
  | { readonly type: "end"; readonly outcome: Exclude<CompareOutcome, "running">; readonly report: CompareReport };

/**
 * The events of a comparison. Every event is plain data, so a worker can post it to a page. `foldEvent` makes the report of the
 * events so far. So a listener that folds events keeps everything if the comparison dies in the middle.
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

/** The phases, in this order. A phase that the plan leaves out does not occur. */
export type Phase = "open" | "roofline" | "verify" | "time";

export type CompareEvent =
  | {
      readonly type: "begin";
      readonly environment: Environment;
      /** The plan's backends. The first is the baseline. */
      readonly backends: readonly string[];
      /** The workloads, still without layers and totals. */
      readonly workloads: readonly WorkloadReport[];
      readonly timePerLayer: number;
      readonly verify: boolean;
    }
  /** A backend is open. The event comes again if something changes: the backend is wrong, or was given up. */
  | { readonly type: "backend"; readonly backend: BackendReport }
  /** A backend says that it cannot run here. Nothing takes its place. */
  | ({ readonly type: "unavailable" } & UnavailableReport)
  | { readonly type: "phase"; readonly phase: Phase }
  | {
      readonly type: "progress";
      readonly phase: Phase;
      /** The finished steps of this phase. */
      readonly done: number;
      readonly total: number;
      /** The present step: a problem's string, a backend's name, or `"end to end"`. */
      readonly label: string;
      /** Milliseconds since the beginning, and, if they can be estimated, until the end of all phases. */
      readonly elapsed: number;
      readonly remaining?: number;
    }
  | { readonly type: "verdict"; readonly verdict: Verdict }
  | { readonly type: "roofline"; readonly roofline: Roofline }
  /** All figures of a layer. While a layer is measured the event comes again and again. The last one is `final`. */
  | {
      readonly type: "layer";
      /** The workload's index in `begin.workloads`. */
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
  /** A backend failed. Its earlier figures stay. `problem` is left out if the whole backend failed. */
  | { readonly type: "failure"; readonly problem?: string; readonly failure: Failure }
  | { readonly type: "warning"; readonly warning: Warning }
  | { readonly type: "end"; readonly outcome: Exclude<CompareOutcome, "running">; readonly report: CompareReport };

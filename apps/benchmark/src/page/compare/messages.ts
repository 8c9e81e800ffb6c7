/** What the page and its worker say to each other. Plain data. */

import type { Phase } from "../../engine/compare-events.js";
import type { ComparePlan } from "../../engine/compare-plan.js";
import type { CompareReport } from "../../engine/compare-report.js";
import type { PeerModule } from "./page-peers.js";

export type ToWorker =
  | { readonly type: "start"; readonly plan: ComparePlan; readonly peers: readonly PeerModule[] }
  | { readonly type: "stop" }
  /** Whether the tab is in the background. */
  | { readonly type: "hidden"; readonly hidden: boolean };

export interface Progress {
  readonly phase: Phase;
  readonly done: number;
  readonly total: number;
  readonly label: string;
  /** Milliseconds; `remaining` is left out where it cannot be told. */
  readonly elapsed: number;
  readonly remaining?: number;
}

export type FromWorker =
  | { readonly type: "progress"; readonly progress: Progress }
  /** All that was found so far. */
  | { readonly type: "report"; readonly report: CompareReport }
  /** The comparison has ended; the last report has been sent. */
  | { readonly type: "end" }
  /** The plan made no sense, or the engine failed. */
  | { readonly type: "error"; readonly message: string };

/** The messages between the page and its worker. They are plain data. */

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
  /** Milliseconds. `remaining` is left out if it is not known. */
  readonly elapsed: number;
  readonly remaining?: number;
}

export type FromWorker =
  | { readonly type: "progress"; readonly progress: Progress }
  /** The results so far. */
  | { readonly type: "report"; readonly report: CompareReport }
  /** The comparison has ended, and the last report was sent. */
  | { readonly type: "end" }
  /** The plan was not valid, or the engine failed. */
  | { readonly type: "error"; readonly message: string };

/** The types of an adapter in a page, and the features that all of them declare. */

import type { Backend, BackendFeatures } from "@convene/core";
import type { PrepareNetwork } from "../../../apps/benchmark/src/engine/own-network.js";
import type { ConsoleFaults } from "./console-faults.js";

export interface PageOptions {
  readonly faults: ConsoleFaults;
  /** Another way to call the library for the same result; see `BROWSER_PEERS`. */
  readonly variant: string | undefined;
  /** The address of the peer's published packages on the page's server. It ends in `/`. */
  readonly modules: string;
  /** The number of threads of a library on the processor. */
  readonly threads: number;
}

/** A started library: it opens backends, and may have its own way to run a whole network. */
export interface PageLibrary {
  (): Promise<Backend>;
  readonly prepareNetwork?: PrepareNetwork;
}

/** Starts the library, once for a page, and returns the factory of its backends. */
export type PageFactory = (options: PageOptions) => Promise<PageLibrary>;

/** Words such as `"2 threads"`, from which a report reads the number of threads. */
export function inThreads(count: number): string {
  return `${count} ${count === 1 ? "thread" : "threads"}`;
}

/** Declared limits of graphics: no shading language promises these, so their lack is no fault of a library. */
export const GRAPHICS_FEATURES = {
  nonFinite: { reason: "shading languages may assume that there are no NaNs and infinities" },
  subnormals: { reason: "shading languages may flush subnormals to zero" },
} as const satisfies BackendFeatures;

/** What an adapter in a page is, and what all of them declare. */

import type { Backend, BackendFeatures } from "@convene/core";
import type { PrepareNetwork } from "../../../apps/benchmark/src/engine/own-network.js";
import type { ConsoleFaults } from "./console-faults.js";

export interface PageOptions {
  readonly faults: ConsoleFaults;
  /** Another way of asking the library for the same; see `BROWSER_PEERS`. */
  readonly variant: string | undefined;
  /** Where the page's server has the peer's packages, as they were published: an address that ends in `/`. */
  readonly modules: string;
  /** Of a library on the processor. */
  readonly threads: number;
}

/** Gives backends, and where the library can run a whole network in its own way, that way. */
export interface PageLibrary {
  (): Promise<Backend>;
  readonly prepareNetwork?: PrepareNetwork;
}

/** Starts the library, once for a page, and gives the factory of its backends. */
export type PageFactory = (options: PageOptions) => Promise<PageLibrary>;

/** `"2 threads"`: the words by which a report knows threads. */
export function inThreads(count: number): string {
  return `${count} ${count === 1 ? "thread" : "threads"}`;
}

/** No shading language promises either, so that neither is a library's fault. */
export const GRAPHICS_FEATURES = {
  nonFinite: { reason: "shading languages may assume that there are no NaNs and infinities" },
  subnormals: { reason: "shading languages may flush subnormals to zero" },
} as const satisfies BackendFeatures;

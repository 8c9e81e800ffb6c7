/** What an adapter in a page is, and what all of them declare. */

import type { Backend, BackendFeatures } from "@convene/core";
import type { ConsoleFaults } from "./console-faults.js";

export interface PageOptions {
  readonly faults: ConsoleFaults;
  /** Another way of asking the library for the same; see `BROWSER_PEERS`. */
  readonly variant: string | undefined;
}

/** Starts the library, once for a page, and gives the factory of its backends. */
export type PageFactory = (options: PageOptions) => Promise<() => Promise<Backend>>;

/** No shading language promises either, so that neither is a library's fault. */
export const GRAPHICS_FEATURES = {
  nonFinite: { reason: "shading languages may assume that there are no NaNs and infinities" },
  subnormals: { reason: "shading languages may flush subnormals to zero" },
} as const satisfies BackendFeatures;

/** What `convene` may touch of the outside world beside what every command may. */

import { type Io as CommandIo, processIo as commandIo } from "@convene/conformance/terminal";
import type { Waiting } from "../engine/settle.js";

/** The streams, and word of when nothing is left that could still happen. */
export interface Io extends CommandIo, Waiting {}

/** The process's own. */
export function processIo(signal: AbortSignal): Io {
  return {
    ...commandIo(signal),
    onIdle: (callback) => {
      process.on("beforeExit", callback);
      return () => process.off("beforeExit", callback);
    },
  };
}

/** The connection of `convene` to the outside world: the streams of every command, and `onIdle`. */

import { type Io as CommandIo, processIo as commandIo } from "@convene/conformance/terminal";
import type { Waiting } from "../engine/settle.js";

/** The streams of every command, and a callback for an empty event loop. */
export interface Io extends CommandIo, Waiting {}

/** The connection of this process. */
export function processIo(signal: AbortSignal): Io {
  return {
    ...commandIo(signal),
    onIdle: (callback) => {
      process.on("beforeExit", callback);
      return () => process.off("beforeExit", callback);
    },
  };
}

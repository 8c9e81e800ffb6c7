/** The outside world of `convene-conformance`: that of every command, and the program of the backend's process. */

import type { Io } from "../terminal/io.js";

export interface SuiteIo extends Io {
  /** The program that runs the backend. `execArgv` are Node's own arguments for this program. */
  readonly child: { readonly url: URL; readonly execArgv?: readonly string[] };
}

/** What `convene-conformance` may touch beside what every command may. */

import type { Io } from "../terminal/io.js";

export interface SuiteIo extends Io {
  /** The program that runs the backend, and what Node is started with for it. */
  readonly child: { readonly url: URL; readonly execArgv?: readonly string[] };
}

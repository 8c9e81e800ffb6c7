#!/usr/bin/env node
/** The `convene` command: a process around `main`. */

import { processIo } from "./io.js";
import { EXIT, main } from "./main.js";

const interrupt = new AbortController();
process.on("SIGINT", () => {
  // The second time, whoever asks does not want to wait for the end of a measurement.
  if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
  interrupt.abort(new Error("interrupted"));
});
// `convene ... | head` closes the pipe: nothing is left to say.
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? EXIT.ok : EXIT.failed),
);

process.exitCode = await main(process.argv.slice(2), processIo(interrupt.signal));

#!/usr/bin/env node
/** The `convene` command: a process around `main`. */

import { processIo } from "./io.js";
import { main } from "./main.js";

const interrupt = new AbortController();

/** Undoes what a progress bar does to a terminal. */
function restoreTerminal(): void {
  if (process.stderr.isTTY) process.stderr.write("\u001b[?25h\u001b[?7h");
}

// The first Ctrl-C stops between two measurements. From then on it is the system's affair, which ends the process at
// once, also in the middle of a measurement, where no JavaScript could.
process.once("SIGINT", () => {
  restoreTerminal();
  interrupt.abort(new Error("interrupted"));
});
// Where there is no terminal to restore, the system ends the process by itself, and sooner than JavaScript could.
if (process.stderr.isTTY) {
  for (const name of ["SIGTERM", "SIGHUP"] as const) {
    process.once(name, () => {
      restoreTerminal();
      process.kill(process.pid, name);
    });
  }
}
process.on("exit", restoreTerminal);

// `convene ... | head` closes the pipe: nobody reads on, and the exit code still says what came of it.
function unwritten(error: Error | null | undefined): boolean {
  return Boolean(error) && (error as NodeJS.ErrnoException).code !== "EPIPE";
}
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    if (unwritten(error)) process.exit(1);
  });
}

async function run(): Promise<void> {
  process.exitCode = await main(process.argv.slice(2), processIo(interrupt.signal));
  // What could not be written shows in the last write's error, before it shows as an event.
  process.stdout.write("", (error) => {
    if (unwritten(error)) process.exitCode ||= 1;
    // A backend may leave timers and threads behind.
    process.stderr.write("", () => process.exit());
  });
}

// No await here: where nothing is left to wait for, Node would exit with a code of its own.
void run();

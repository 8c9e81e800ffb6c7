#!/usr/bin/env node
/** The `convene-conformance` command: a process around `main`. */

import { processIo } from "./cli/io.js";
import { main } from "./cli/main.js";

const interrupt = new AbortController();

// The first Ctrl-C ends the backend's process and reports what there is; the second ends this one at once.
process.once("SIGINT", () => interrupt.abort(new Error("interrupted")));
// No process is left behind that nobody watches.
for (const [name, code] of [
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const) {
  process.once(name, () => {
    interrupt.abort(new Error(name));
    process.exitCode = code;
  });
}

// `convene-conformance ... | head` closes the pipe: nobody reads on, and the exit code still says what came of it.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") process.exit(1);
  });
}

async function run(): Promise<void> {
  const code = await main(
    process.argv.slice(2),
    processIo(interrupt.signal, new URL("./cli-child.js", import.meta.url)),
  );
  process.exitCode ??= code;
  process.stdout.write("", () => process.stderr.write("", () => process.exit()));
}

void run();

#!/usr/bin/env node
/** The `convene-conformance` command: a process around `main`. */

import { main } from "./cli/main.js";
import { processIo } from "./terminal/io.js";
import { runProcess } from "./terminal/run-process.js";

const child = { url: new URL("./cli-child.js", import.meta.url) };

runProcess((argv, signal) => main(argv, { ...processIo(signal), child }), { hasProcesses: true });

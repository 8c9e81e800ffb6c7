#!/usr/bin/env node
/** The `convene` command: a process around `main`. */

import { runProcess } from "@convene/conformance/terminal";
import { processIo } from "./io.js";
import { main } from "./main.js";

runProcess((argv, signal) => main(argv, processIo(signal)));

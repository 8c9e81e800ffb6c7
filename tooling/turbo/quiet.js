/**
 * Runs turbo with the tasks named on the command line and says nothing unless one fails, so that `npm start` shows the
 * product and not the build. JavaScript, because it runs before anything else and should cost nothing.
 */

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import process from "node:process";

const turbo = createRequire(import.meta.url).resolve("turbo/bin/turbo");
const tasks = process.argv.slice(2);
const names = tasks.filter((task) => !task.startsWith("-"));
const child = spawn(process.execPath, [turbo, "run", ...tasks, "--output-logs=errors-only"], {
  env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" },
  stdio: ["ignore", "pipe", "pipe"],
});

/** @type {Buffer[]} */
const output = [];
child.stdout.on("data", (chunk) => output.push(chunk));
child.stderr.on("data", (chunk) => output.push(chunk));
// A first build takes half a minute; silence that long looks like a hang.
const waiting = setTimeout(() => process.stderr.write(`${names.join(", ")} ...\n`), 1000);

child.on("close", (code, signal) => {
  clearTimeout(waiting);
  if (code === 0) return;
  process.stderr.write(Buffer.concat(output));
  process.stderr.write(`turbo run ${tasks.join(" ")} failed (${signal ?? `exit code ${code}`})\n`);
  process.exitCode = code ?? 1;
});

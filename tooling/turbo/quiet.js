/**
 * Runs turbo with the tasks of the command line, and prints nothing unless a task fails. So `npm start` shows the product and not the
 * build. The file is JavaScript, because it runs before everything else and must start fast.
 *
 * turbo needs pnpm, and `npm run` does not bring it. In that case pnpm runs this file, and also installs missing packages.
 */

import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";

if (!process.env["npm_config_user_agent"]?.startsWith("pnpm/")) {
  const { packageManager } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const [pnpm] = packageManager.split("+");
  const args = ["--yes", "--prefer-offline", pnpm, "run", "--silent", "quiet", ...process.argv.slice(2)];
  const { status } = spawnSync("npx", args, { stdio: "inherit", shell: process.platform === "win32" });
  process.exit(status ?? 1);
}

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
// A first build takes half a minute, or minutes on a busy machine. Such a long silence would look like a hang.
const began = Date.now();
const say = () => {
  const seconds = Math.round((Date.now() - began) / 1000);
  process.stderr.write(`${names.join(", ")} ...${seconds > 1 ? ` ${seconds} s` : ""}\n`);
};
const first = setTimeout(say, 1000);
const later = setInterval(say, 30_000);

child.on("close", (code, signal) => {
  clearTimeout(first);
  clearInterval(later);
  if (code === 0) return;
  process.stderr.write(Buffer.concat(output));
  process.stderr.write(`turbo run ${tasks.join(" ")} failed (${signal ?? `exit code ${code}`})\n`);
  process.exitCode = code ?? 1;
});

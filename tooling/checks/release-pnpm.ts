/** A `pnpm` for a rehearsal that knows its own version. */

import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { run } from "./workspace.js";

/**
 * The environment in which `pnpm` on PATH answers `--version` at once, and otherwise is the real pnpm. Changesets asks for the version
 * before it publishes each package, and each answer takes pnpm a second of processor time (an EPYC). The real pnpm is asked once.
 *
 * @param folder a folder for the program
 */
export function knownPnpm(folder: string): Readonly<Record<string, string>> {
  // The program is a script of a shell.
  if (process.platform === "win32") return {};
  const version = run("pnpm", ["--version"]).trim();
  const programs = join(folder, "programs");
  mkdirSync(programs);
  const { PATH = "" } = process.env;
  const script = [
    "#!/bin/sh",
    `if [ "$*" = --version ]; then echo ${version}; exit; fi`,
    // Without this folder, so that the program does not start itself.
    `PATH="$REAL_PATH" exec pnpm "$@"`,
  ];
  writeFileSync(join(programs, "pnpm"), `${script.join("\n")}\n`, { mode: 0o755 });
  return { PATH: `${programs}${delimiter}${PATH}`, REAL_PATH: PATH };
}

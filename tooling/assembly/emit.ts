/**
 * Writes the tiles of packages/cpu/assembly/ukernels that come from a template: `pnpm emit`. The files are committed, so that
 * readers find the code that runs. emit.test.ts compares them with their templates.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EMITTED } from "../../packages/cpu/templates/tiles.js";
import { formatAssembly } from "../checks/format-assembly.js";
import { isMain, ROOT } from "../checks/workspace.js";

const FOLDER = join(ROOT, "packages", "cpu", "assembly", "ukernels");

/** The files that differ from the result of their template, with the right content. */
export async function stale(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const [name, source] of EMITTED) {
    const file = join(FOLDER, name);
    const emitted = await formatAssembly(source, file);
    if (!existsSync(file) || readFileSync(file, "utf8") !== emitted) found.set(file, emitted);
  }
  return found;
}

if (isMain(import.meta.url)) {
  for (const [file, source] of await stale()) writeFileSync(file, source);
}

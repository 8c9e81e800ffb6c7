/** A copy of the files that the tests of core and conformance need, in which files may be broken. */

import { cpSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ROOT } from "../checks/workspace.js";

const COPIED = [
  "packages/core",
  "packages/conformance",
  // A test of core compares its messages with the table of errors.
  "docs/errors.md",
  "package.json",
  "tsconfig.base.json",
  "vitest.config.ts",
];

/**
 * Makes the copy, and gives its folder. Dependencies are linked, not copied.
 *
 * @param more more folders, beside those of core and conformance
 */
export function copyWorkspace(more: readonly string[] = []): string {
  const folder = mkdtempSync(join(tmpdir(), "convene-mutants-"));
  for (const path of [...COPIED, ...more]) {
    cpSync(join(ROOT, path), join(folder, path), {
      recursive: true,
      // Links between packages are relative, so in the copy they lead to the copies.
      verbatimSymlinks: true,
      filter: (source) => !["dist", ".turbo"].includes(basename(source)),
    });
  }
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "dir");
  return folder;
}

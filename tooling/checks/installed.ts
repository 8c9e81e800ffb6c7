/** A folder outside the workspace into which the packed packages are installed, as a user would. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packAll, type Tarball } from "./pack.js";
import { run } from "./workspace.js";

/**
 * Packs the published packages, installs the tarballs and `others` with plain npm, calls `work`, and removes the folder.
 *
 * @param purpose a part of the names of the tarballs' folder in `.cache` and of the new folder
 * @param others more packages for npm, such as `"vite@8"`
 */
export async function withInstalled(
  purpose: string,
  others: readonly string[],
  work: (folder: string, tarballs: readonly Tarball[]) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), `convene-${purpose}-`));
  try {
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
    const tarballs = packAll(purpose);
    const packages = [...tarballs.map(({ file }) => file), ...others];
    // Siblings are among the tarballs. Other dependencies (fast-check) come from the registry or from the cache.
    run("npm", ["install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", ...packages], folder);
    await work(folder, tarballs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Packs the published packages, looks at the tarballs as `pnpm packages` does, installs them with plain npm into an empty
 * folder outside the workspace, and uses them there: as a program's packages, in a page's bundle, and as the suite that
 * the author of a backend runs. `pnpm packed`.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packAll, type Tarball } from "./pack.js";
import { checkTarballs } from "./packages.js";
import { checkBrowser } from "./packed-browser.js";
import { checkConsumer } from "./packed-consumer.js";
import { checkSuite, RUNNER } from "./packed-suite.js";
import { fail, run } from "./workspace.js";

function install(folder: string, tarballs: readonly Tarball[]): void {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  const packages = [...tarballs.map(({ file }) => file), RUNNER];
  // Siblings are among the tarballs; what they depend on (fast-check) comes from the registry, or from the cache.
  run("npm", ["install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", ...packages], folder);
}

const folder = mkdtempSync(join(tmpdir(), "convene-packed-"));
try {
  const tarballs = packAll("packed");
  checkTarballs(tarballs);
  install(folder, tarballs);
  checkConsumer(folder);
  // Vite comes with the test runner.
  await checkBrowser(folder);
  checkSuite(folder);
} catch (error) {
  fail(error);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Declarations of a package, for `import` and for `require`, of all that its `exports` name. `tsup --config` with this file, in
 * the package's folder. Apart from the JavaScript, because declarations take ten times as long and only users' compilers read
 * them: `npm start` and `npm test` run without.
 */

import { readFileSync } from "node:fs";
import { defineConfig } from "tsup";

/** @type {{ exports: Record<string, string | Record<string, string>> }} */
const { exports } = JSON.parse(readFileSync("package.json", "utf8"));

export default defineConfig({
  entry: Object.values(exports).flatMap((target) =>
    typeof target === "string" ? [] : [target["convene-source"] ?? ""],
  ),
  format: ["esm", "cjs"],
  // .d.ts for import and .d.cts for require; a single one would describe the wrong module kind to one of the two.
  dts: { only: true },
  silent: true,
});

/**
 * `pnpm size`: bundles each file of tooling/size/imports with the published files of the packages, like an application's
 * bundler. The bundles go to `.cache/size`. The check prints their sizes, and runs size-limit with the budgets of
 * `.size-limit.json`.
 */

import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import { BUNDLE, gzipped } from "./bundle.js";
import { cacheFolder, fail, ROOT, run, tool } from "./workspace.js";

const IMPORTS = join(ROOT, "tooling", "size", "imports");

async function bundle(out: string): Promise<string[]> {
  const entryPoints = readdirSync(IMPORTS).map((file) => join(IMPORTS, file));
  await build({
    entryPoints,
    outdir: out,
    ...BUNDLE,
  });
  return entryPoints.map((entry) => join(out, basename(entry)));
}

function table(files: readonly string[]): string {
  const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(2)} kB`.padStart(10);
  return files
    .map((file) => {
      const bytes = readFileSync(file);
      const sizes = [bytes.length, gzipped(bytes), brotliCompressSync(bytes).length];
      return `${basename(file, ".js").padEnd(16)} ${sizes.map(kilobytes).join(" ")}`;
    })
    .join("\n");
}

/** Checks that every import has a budget, because an import without one would have no limit. */
function checkBudgets(files: readonly string[]): void {
  const budgets = JSON.parse(readFileSync(join(ROOT, ".size-limit.json"), "utf8")) as { path: string }[];
  const budgeted = new Set(budgets.map(({ path }) => basename(path)));
  const without = files.map((file) => basename(file)).filter((file) => !budgeted.has(file));
  if (without.length > 0) throw new Error(`.size-limit.json has no budget for ${without.join(", ")}`);
}

try {
  const files = await bundle(cacheFolder("size"));
  checkBudgets(files);
  process.stdout.write(`${"import".padEnd(16)}   minified       gzip     brotli\n${table(files)}\n`);
  process.stdout.write(run(tool("size-limit"), []));
} catch (error) {
  fail(error);
}

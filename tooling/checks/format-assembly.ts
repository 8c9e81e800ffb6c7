/**
 * Formats the AssemblyScript sources, or with `--check` lists those that are not formatted. AssemblyScript has decorators
 * on functions (`@inline`), which no TypeScript parser accepts. So they become comments while oxfmt formats the source.
 */

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";
import { fail, isMain, ROOT, tool } from "./workspace.js";

const SOURCES = ["packages/cpu/assembly", "apps/benchmark/assembly"].map((folder) => join(ROOT, folder));
const HIDDEN = "//decorator:";

/** Applies `format` to `source`, whose decorators are hidden in comments. */
export function formatAround(source: string, format: (text: string) => string): string {
  const hidden = source.replace(/^([ \t]*)(@\w+(?:\([^)\n]*\))?)[ \t]*(?=\n)/gm, `$1${HIDDEN}$2`);
  return format(hidden).replaceAll(HIDDEN, "");
}

/** `source` of the file `file`, formatted. */
export function formatAssembly(source: string, file: string): string {
  return formatAround(source, (text) => oxfmt(text, file));
}

function oxfmt(text: string, file: string): string {
  // The file gets another name here, because the configuration ignores the real name.
  const args = [`--stdin-filepath=${relative(ROOT, file).replaceAll(/[/\\]/g, "-")}`];
  const { status, stdout, stderr } = spawnSync(tool("oxfmt"), args, { cwd: ROOT, input: text, encoding: "utf8" });
  if (status !== 0) throw new Error(`${relative(ROOT, file)}: ${stderr}`);
  return stdout;
}

function main(check: boolean): void {
  const files = SOURCES.flatMap((folder) =>
    readdirSync(folder, { encoding: "utf8", recursive: true }).map((path) => join(folder, path)),
  );
  const unformatted = files
    .filter((file) => file.endsWith(".ts"))
    .filter((file) => {
      const source = readFileSync(file, "utf8");
      const formatted = formatAssembly(source, file);
      if (formatted !== source && !check) writeFileSync(file, formatted);
      return formatted !== source;
    });
  if (check && unformatted.length > 0) {
    const list = unformatted.map((file) => relative(ROOT, file)).join("\n");
    throw new Error(`${list}\nnot formatted; pnpm format does it`);
  }
}

if (isMain(import.meta.url)) {
  try {
    main(process.argv.includes("--check"));
  } catch (error) {
    fail(error);
  }
}

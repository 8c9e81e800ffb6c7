/**
 * Formats the AssemblyScript sources, or with `--check` lists those that are not formatted. AssemblyScript has decorators
 * on functions (`@inline`), which no TypeScript parser accepts. So they become comments while oxfmt formats the source.
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import process from "node:process";
import { format, type FormatConfig } from "oxfmt";
import { fail, isMain, ROOT } from "./workspace.js";

const SOURCES = ["packages/cpu/assembly", "apps/benchmark/assembly"].map((folder) => join(ROOT, folder));
const HIDDEN = "//decorator:";

/** Applies `format` to `source`, whose decorators are hidden in comments. */
export async function formatAround(source: string, work: (text: string) => Promise<string>): Promise<string> {
  const hidden = source.replace(/^([ \t]*)(@\w+(?:\([^)\n]*\))?)[ \t]*(?=\n)/gm, `$1${HIDDEN}$2`);
  return (await work(hidden)).replaceAll(HIDDEN, "");
}

/** The rules of all other files. Which files they leave out does not matter here. */
const {
  $schema: _,
  ignorePatterns: __,
  ...RULES
} = JSON.parse(readFileSync(join(ROOT, ".oxfmtrc.json"), "utf8")) as {
  readonly $schema: string;
  readonly ignorePatterns: readonly string[];
} & FormatConfig;

/** `source` of the file `file`, formatted. */
export async function formatAssembly(source: string, file: string): Promise<string> {
  return await formatAround(source, async (text) => {
    const { code, errors } = await format(basename(file), text, RULES);
    if (errors.length > 0)
      throw new Error(`${relative(ROOT, file)}: ${errors.map(({ message }) => message).join("; ")}`);
    return code;
  });
}

async function main(check: boolean): Promise<void> {
  const files = SOURCES.flatMap((folder) =>
    readdirSync(folder, { encoding: "utf8", recursive: true }).map((path) => join(folder, path)),
  ).filter((file) => file.endsWith(".ts"));
  const unformatted: string[] = [];
  for (const file of files) {
    const source = readFileSync(file, "utf8");
    const formatted = await formatAssembly(source, file);
    if (formatted === source) continue;
    unformatted.push(file);
    if (!check) writeFileSync(file, formatted);
  }
  if (check && unformatted.length > 0) {
    const list = unformatted.map((file) => relative(ROOT, file)).join("\n");
    throw new Error(`${list}\nnot formatted; pnpm format does it`);
  }
}

if (isMain(import.meta.url)) {
  try {
    await main(process.argv.includes("--check"));
  } catch (error) {
    fail(error);
  }
}

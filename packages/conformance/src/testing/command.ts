/** Runs the command in this process, from source. The backend's own process runs a bundle for plain Node, which this file makes. */

import type { Output } from "../terminal/io.js";
import { fileURLToPath, pathToFileURL } from "node:url";
import { join } from "node:path";
import { build } from "esbuild";
import { main } from "../cli/main.js";
import { createColors } from "../terminal/colors.js";

/** Bundles sources of this package into `folder`, and returns the folder. A bundle starts much faster than TypeScript. */
export async function bundle(folder: string, sources: readonly string[]): Promise<string> {
  await build({
    entryPoints: sources.map((source) => fileURLToPath(new URL(`../${source}`, import.meta.url))),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    entryNames: "[name]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    conditions: ["convene-source"],
    logLevel: "error",
  });
  return folder;
}

/** The words of a command line, as a shell splits it. Only single quotes are supported. */
export function shellWords(line: string): readonly string[] {
  const words = line.match(/(?:'[^']*'|\\'|[^\s'])+/g) ?? [];
  return words.map((word) => word.replace(/'([^']*)'|\\'/g, (_, quoted?: string) => quoted ?? "'"));
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly interactive?: boolean;
  /** Width of the terminal; left out: `stdout` is a pipe. */
  readonly columns?: number;
  readonly colors?: boolean;
  readonly signal?: AbortSignal;
  readonly cwd?: string;
  readonly onStderr?: (text: string) => void;
}

/** Runs a command line with the bundled `cli-child.ts` of `folder`. */
export async function command(
  folder: string,
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { interactive = false, colors = false, columns, signal = new AbortController().signal, onStderr } = options;
  const [stdout, stderr] = [collect(), collect(onStderr)];
  const code = await main(argv, {
    stdout: stdout.stream,
    stderr: stderr.stream,
    interactive,
    columns,
    size: () => ({ columns: columns ?? 200, rows: 24 }),
    colors: createColors(colors),
    signal,
    cwd: options.cwd ?? folder,
    child: { url: pathToFileURL(join(folder, "cli-child.mjs")), execArgv: [] },
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function collect(onText?: (text: string) => void): { readonly stream: Output; readonly text: () => string } {
  let all = "";
  const stream = {
    write(text: string): void {
      all += text;
      onText?.(text);
    },
  };
  return { stream, text: () => all };
}

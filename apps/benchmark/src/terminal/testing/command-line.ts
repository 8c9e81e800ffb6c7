/** Whole command lines in tests, without a process. */

import { createColors } from "@convene/conformance/terminal";
import type { BackendTable } from "../../engine/backends.js";
import { main } from "../main.js";

function collect() {
  let all = "";
  return { stream: { write: (text: string): void => void (all += text) }, text: () => all };
}

/** The outside world of a command in a test, and the text that the command has written. */
export function world(abort: AbortController, columns: number | undefined, cwd: string = process.cwd()) {
  const [stdout, stderr] = [collect(), collect()];
  const io = {
    stdout: stdout.stream,
    stderr: stderr.stream,
    columns,
    interactive: false,
    size: () => ({ columns: columns ?? 80, rows: 24 }),
    colors: createColors(false),
    signal: abort.signal,
    cwd,
    onIdle: () => () => undefined,
  };
  return { io, stdout, stderr };
}

export interface CommandLineOptions {
  readonly table: BackendTable;
  readonly abort?: AbortController;
  readonly columns?: number;
  readonly cwd?: string;
}

/** Runs a command line, whose words must not have spaces in them. Returns the exit code and the output, as a shell has them. */
export async function runCommandLine(
  line: string,
  { table, abort = new AbortController(), columns, cwd }: CommandLineOptions,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const { io, stdout, stderr } = world(abort, columns, cwd);
  const code = await main(line === "" ? [] : line.split(" "), io, table);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

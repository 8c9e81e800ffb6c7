/** What a command may touch of the outside world, so that tests can run one without a process. */

import { type Colors, createColors } from "./colors.js";
import { wrap } from "./wrap.js";

/** A stream, as far as commands use it. */
export interface Output {
  write(text: string): unknown;
}

/** Results go to `stdout`, progress and errors to `stderr`. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Width of the terminal that `stdout` is; `undefined` in a pipe, where lines are as long as they need to be. */
  readonly columns: number | undefined;
  /** Whether `stderr` is a terminal, where a progress bar can move. */
  readonly interactive: boolean;
  /** The size of that terminal, asked for when it is needed, since it may change. */
  readonly size: () => { readonly columns: number; readonly rows: number };
  readonly colors: Colors;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Where relative paths and packages are looked for. */
  readonly cwd: string;
}

/** The process's own streams. Colours only on a terminal, and never against NO_COLOR. */
export function processIo(signal: AbortSignal): Io {
  const { stdout, stderr, env } = process;
  return {
    stdout,
    stderr,
    // A terminal may say that it has 0 columns, which means that it does not know.
    columns: (stdout.isTTY && stdout.columns) || undefined,
    interactive: Boolean(stderr.isTTY) && env["TERM"] !== "dumb",
    size: () => ({ columns: stderr.columns || 80, rows: stderr.rows || 24 }),
    colors: createColors(Boolean(stdout.isTTY) && !env["NO_COLOR"] && stdout.hasColors()),
    signal,
    cwd: process.cwd(),
  };
}

/** A line as it is: of a table, or one to be copied. */
export function printLine(io: Pick<Io, "stdout">, line = ""): void {
  io.stdout.write(`${line}\n`);
}

/** Words: wrapped on a terminal, the lines after the first indented; one line in a pipe. */
export function printProse(io: Pick<Io, "stdout" | "columns">, text: string, indent = 0): void {
  for (const line of wrap(text, io.columns, indent)) printLine(io, line);
}

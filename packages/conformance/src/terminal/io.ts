/** The outside world of a command. Tests replace it, and so run a command without a process. */

import { type Colors, createColors } from "./colors.js";
import { wrap } from "./wrap.js";

/** The part of a stream that commands use. */
export interface Output {
  write(text: string): unknown;
}

/** Results go to `stdout`, progress and errors to `stderr`. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  /** The columns of the terminal behind `stdout`. `undefined` in a pipe, where lines may have any length. */
  readonly columns: number | undefined;
  /** Whether `stderr` is a terminal, where a progress bar can move. */
  readonly interactive: boolean;
  /** The size of the terminal behind `stderr`, in characters, at the time of the call. */
  readonly size: () => { readonly columns: number; readonly rows: number };
  readonly colors: Colors;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** The folder in which relative paths begin, and from which packages are searched for. */
  readonly cwd: string;
}

/** The process's own streams. There are colours only on a terminal, and not if NO_COLOR is set. */
export function processIo(signal: AbortSignal): Io {
  const { stdout, stderr, env } = process;
  return {
    stdout,
    stderr,
    // A terminal that does not know its size says that it has 0 columns.
    columns: (stdout.isTTY && stdout.columns) || undefined,
    interactive: Boolean(stderr.isTTY) && env["TERM"] !== "dumb",
    size: () => ({ columns: stderr.columns || 80, rows: stderr.rows || 24 }),
    colors: createColors(Boolean(stdout.isTTY) && !env["NO_COLOR"] && stdout.hasColors()),
    signal,
    cwd: process.cwd(),
  };
}

/** Prints a line without wrapping it, such as a line of a table, or a command that the user may copy. */
export function printLine(io: Pick<Io, "stdout">, line = ""): void {
  io.stdout.write(`${line}\n`);
}

/**
 * Prints sentences. On a terminal they are wrapped, and the lines after the first are indented. In a pipe they are one line.
 */
export function printProse(io: Pick<Io, "stdout" | "columns">, text: string, indent = 0): void {
  for (const line of wrap(text, io.columns, indent)) printLine(io, line);
}

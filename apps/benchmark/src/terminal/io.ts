/** What a command may touch of the outside world, so that tests can run one without a process. */

import picocolors from "picocolors";
import { wrap } from "./report/wrap.js";

export type Colors = ReturnType<typeof picocolors.createColors>;

/** Results go to `stdout`, progress and errors to `stderr`. */
export interface Io {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** Width of the terminal that `stdout` is; `undefined` in a pipe, where lines are as long as they need to be. */
  readonly columns: number | undefined;
  /** Whether `stderr` is a terminal, where a progress bar can move. */
  readonly interactive: boolean;
  /** The size of that terminal, asked for when it is needed, since it may change. Left out: not known. */
  readonly size?: () => { readonly columns: number; readonly rows: number };
  readonly colors: Colors;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Calls back whenever nothing is left that could still happen. Gives the way to stop listening. */
  readonly onIdle: (callback: () => void) => () => void;
}

/** The process's own streams. Colours only on a terminal, and never against NO_COLOR. */
export function processIo(signal: AbortSignal): Io {
  const { stdout, stderr } = process;
  return {
    stdout,
    stderr,
    // A terminal may say that it has 0 columns, which means that it does not know.
    columns: (stdout.isTTY && stdout.columns) || undefined,
    interactive: stderr.isTTY && process.env["TERM"] !== "dumb",
    size: () => ({ columns: stderr.columns || 80, rows: stderr.rows || 24 }),
    colors: picocolors.createColors(stdout.isTTY && !process.env["NO_COLOR"] && stdout.hasColors()),
    signal,
    onIdle: (callback) => {
      process.on("beforeExit", callback);
      return () => process.off("beforeExit", callback);
    },
  };
}

/** A line as it is: of a table, or one to be copied. */
export function printLine(io: Io, line = ""): void {
  io.stdout.write(`${line}\n`);
}

/** Words: wrapped on a terminal, the lines after the first indented; one line in a pipe. */
export function printProse(io: Io, text: string, indent = 0): void {
  for (const line of wrap(text, io.columns, indent)) printLine(io, line);
}

/** What a command may touch of the outside world, so that tests can run one without a process. */

import picocolors from "picocolors";

export type Colors = ReturnType<typeof picocolors.createColors>;

/** Results go to `stdout`, progress and errors to `stderr`. */
export interface Io {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** Width of the terminal that `stdout` is; `undefined` in a pipe, where lines are as long as they need to be. */
  readonly columns: number | undefined;
  /** Whether `stderr` is a terminal, where a progress bar can move. */
  readonly interactive: boolean;
  readonly colors: Colors;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** The process's own streams. Colours only on a terminal, and never against NO_COLOR. */
export function processIo(signal: AbortSignal): Io {
  const { stdout, stderr } = process;
  return {
    stdout,
    stderr,
    columns: stdout.isTTY ? stdout.columns : undefined,
    interactive: stderr.isTTY && process.env["TERM"] !== "dumb",
    colors: picocolors.createColors(stdout.isTTY && !process.env["NO_COLOR"] && stdout.hasColors()),
    signal,
  };
}

export function printLine(io: Io, line = ""): void {
  io.stdout.write(`${line}\n`);
}

/** What the command may touch of the outside world, so that tests can run it without a process of its own. */

/** Results go to `stdout`, progress and errors to `stderr`. */
export interface Io {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** Whether `stderr` is a terminal, where a progress bar can move, and how wide it is. */
  readonly interactive: boolean;
  readonly columns: number;
  /** Whether `stdout` shows colours. */
  readonly colors: boolean;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Where relative paths and packages are looked for. */
  readonly cwd: string;
  /** The program that runs the backend, and what Node is started with for it. */
  readonly child: { readonly url: URL; readonly execArgv?: readonly string[] };
}

/** The process's own streams. Colours only on a terminal, and never against NO_COLOR. */
export function processIo(signal: AbortSignal, child: URL): Io {
  const { stdout, stderr, env } = process;
  return {
    stdout,
    stderr,
    interactive: stderr.isTTY && env["TERM"] !== "dumb",
    columns: stderr.columns || 80,
    colors: stdout.isTTY && !env["NO_COLOR"] && stdout.hasColors(),
    signal,
    cwd: process.cwd(),
    child: { url: child },
  };
}

export type Paint = (text: string) => string;

export interface Colors {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
}

export function colorsOf({ colors }: Pick<Io, "colors">): Colors {
  const paint =
    (open: number, close: number): Paint =>
    (text) =>
      colors ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return { bold: paint(1, 22), dim: paint(2, 22), red: paint(31, 39), green: paint(32, 39), yellow: paint(33, 39) };
}

/** The process around a command: its arguments, signals, closed pipes and exit code. */

/** What a process must know of its command. */
export interface ProcessOptions {
  /**
   * Whether the command has processes of its own, which must not outlive it. It then hears of SIGTERM and SIGHUP by its signal,
   * as of Ctrl-C. Otherwise the system ends the process at once, also in the middle of a call, where no JavaScript could.
   */
  readonly hasProcesses?: boolean;
}

const ENDING = [
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const;

/**
 * Runs a command as this process, and ends the process with the command's exit code.
 *
 * The first Ctrl-C aborts the signal, so that the command stops and tells what it has. The second ends the process at once.
 *
 * @param main the command: from its arguments and its signal to its exit code
 */
export function runProcess(
  main: (argv: readonly string[], signal: AbortSignal) => Promise<number>,
  { hasProcesses = false }: ProcessOptions = {},
): void {
  const { stdout, stderr } = process;
  const interrupt = new AbortController();
  const restoreTerminal = (): void => {
    // What a progress bar, or a table that is redrawn, does to a terminal.
    if (stderr.isTTY) stderr.write("\u001b[?25h\u001b[?7h");
  };
  process.once("SIGINT", () => {
    restoreTerminal();
    interrupt.abort(new Error("interrupted"));
  });
  for (const [name, code] of ENDING) {
    if (hasProcesses) {
      process.once(name, () => {
        interrupt.abort(new Error(name));
        process.exitCode = code;
      });
    } else if (stderr.isTTY) {
      // Where there is no terminal to restore, the system ends the process by itself, and sooner.
      process.once(name, () => {
        restoreTerminal();
        process.kill(process.pid, name);
      });
    }
  }
  process.on("exit", restoreTerminal);

  // `command ... | head` closes the pipe: nobody reads on, and the exit code still says what came of it.
  for (const stream of [stdout, stderr]) {
    stream.on("error", (error) => {
      if (isLost(error)) process.exit(1);
    });
  }

  const run = async (): Promise<void> => {
    const code = await main(process.argv.slice(2), interrupt.signal);
    process.exitCode ??= code;
    // What could not be written shows in the last write's error, before it shows as an event.
    stdout.write("", (error) => {
      if (isLost(error)) process.exitCode ||= 1;
      // A backend may leave timers and threads behind.
      stderr.write("", () => process.exit());
    });
  };
  // No await here: where nothing is left to wait for, Node would exit with a code of its own.
  void run();
}

/** Whether output has gone nowhere that somebody wanted to read: the disk is full, say. */
function isLost(error: Error | null | undefined): boolean {
  return Boolean(error) && (error as NodeJS.ErrnoException).code !== "EPIPE";
}

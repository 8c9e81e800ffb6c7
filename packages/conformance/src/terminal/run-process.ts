/** The process around a command: its arguments, signals, closed pipes and exit code. */

/** Options of `runProcess`. */
export interface ProcessOptions {
  /**
   * Whether the command starts processes, which must not outlive it. If so, SIGTERM and SIGHUP abort its signal, as Ctrl-C
   * does. Otherwise the system ends the process at once, even in the middle of a long call, when no JavaScript can run.
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
 * The first Ctrl-C aborts the signal, so that the command stops and reports its results so far. The second Ctrl-C ends the
 * process at once.
 *
 * @param main the command: it gets its arguments and its signal, and gives its exit code
 */
export function runProcess(
  main: (argv: readonly string[], signal: AbortSignal) => Promise<number>,
  { hasProcesses = false }: ProcessOptions = {},
): void {
  const { stdout, stderr } = process;
  const interrupt = new AbortController();
  const restoreTerminal = (): void => {
    // A progress bar or a table that is redrawn hides the cursor and switches wrapping off. These codes undo both.
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
      // Without a terminal there is nothing to restore. Then the system ends the process by itself, and sooner.
      process.once(name, () => {
        restoreTerminal();
        process.kill(process.pid, name);
      });
    }
  }
  process.on("exit", restoreTerminal);

  // `command ... | head` closes the pipe. The command goes on, and its exit code still says how it ended.
  for (const stream of [stdout, stderr]) {
    stream.on("error", (error) => {
      if (isLost(error)) process.exit(1);
    });
  }

  const run = async (): Promise<void> => {
    const code = await main(process.argv.slice(2), interrupt.signal);
    process.exitCode ??= code;
    // If output could not be written, the last write's error says so, before an event does.
    stdout.write("", (error) => {
      if (isLost(error)) process.exitCode ||= 1;
      // A backend may leave timers and threads behind.
      stderr.write("", () => process.exit());
    });
  };
  // There is no `await` here, because Node exits with its own code if a module awaits a promise that nothing can settle.
  void run();
}

/** Whether output is lost that somebody wanted to read, as on a full disk. */
function isLost(error: Error | null | undefined): boolean {
  return Boolean(error) && (error as NodeJS.ErrnoException).code !== "EPIPE";
}

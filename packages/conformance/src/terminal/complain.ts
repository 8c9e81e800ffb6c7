/** The end of a command that failed: one line on stderr, and an exit code. */

import { ConveneError } from "@convene/core";
import { codeOf, CommandError, InputError, messageOf, oneLine } from "../command-error.js";
import type { Io } from "./io.js";
import { wrap } from "./wrap.js";

/** The exit codes of a command. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Prints `program: message` to stderr, wrapped on a terminal. */
export function complain(io: Pick<Io, "stderr" | "interactive" | "size">, program: string, message: string): void {
  const width = io.interactive ? io.size().columns : undefined;
  io.stderr.write(`${wrap(`${program}: ${message}`, width, 2).join("\n")}\n`);
}

/**
 * Prints the error that ended the command `program`, and gives the exit code. After Ctrl-C it prints nothing, because the user
 * knows.
 */
export function endWith(error: unknown, program: string, io: Io): number {
  if (io.signal.aborted) return EXIT.interrupted;
  complain(io, program, explainError(error));
  return error instanceof InputError ? EXIT.usage : EXIT.failed;
}

/** The error on one line. A fault of the command itself is printed with its stack, which says where the fault is. */
function explainError(error: unknown): string {
  if (error instanceof InputError || error instanceof CommandError || error instanceof ConveneError)
    return oneLine(error.message);
  const code = codeOf(error);
  return code?.startsWith("ERR_")
    ? `${code}: ${messageOf(error)}`
    : String((error as Error | undefined)?.stack ?? error);
}

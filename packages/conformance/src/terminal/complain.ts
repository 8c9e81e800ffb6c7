/** How a command ends that cannot do what it was told: one line on stderr, and an exit code. */

import { ConveneError } from "@convene/core";
import { codeOf, CommandError, InputError, messageOf, oneLine } from "../command-error.js";
import type { Io } from "./io.js";
import { wrap } from "./wrap.js";

/** What a command can exit with. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Prints `program: message` to stderr, wrapped on a terminal. */
export function complain(io: Pick<Io, "stderr" | "interactive" | "size">, program: string, message: string): void {
  const width = io.interactive ? io.size().columns : undefined;
  io.stderr.write(`${wrap(`${program}: ${message}`, width, 2).join("\n")}\n`);
}

/**
 * Says what has ended the command `program`, and gives its exit code. After Ctrl-C nothing is said: whoever pressed it
 * knows.
 */
export function endWith(error: unknown, program: string, io: Io): number {
  if (io.signal.aborted) return EXIT.interrupted;
  complain(io, program, explainError(error));
  return error instanceof InputError ? EXIT.usage : EXIT.failed;
}

/** One line, but for a fault of the command itself, of which the stack says where. */
function explainError(error: unknown): string {
  if (error instanceof InputError || error instanceof CommandError || error instanceof ConveneError)
    return oneLine(error.message);
  const code = codeOf(error);
  return code?.startsWith("ERR_")
    ? `${code}: ${messageOf(error)}`
    : String((error as Error | undefined)?.stack ?? error);
}

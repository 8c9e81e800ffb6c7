/** The progress of a long command, on stderr. A terminal shows a bar. A pipe gets lines. */

import { progressBar } from "../progress-bar.js";
import { formatCount, plural } from "../report/format.js";
import type { Io } from "./io.js";

/** How one step ended. */
export interface Step {
  readonly failed?: boolean;
  /** A line about this step and the steps before it, for a pipe. Left out: no line. */
  readonly line?: string;
}

/** A command calls these methods as it goes on. */
export interface Progress {
  /** Shows the name of the next step. */
  begin(label: string): void;
  /** Counts a step that is done. */
  advance(step?: Step): void;
  /** Prints other text, above the bar where there is one. */
  print(text: string): void;
  /** Removes the bar. A second call does nothing. */
  stop(): void;
}

/** @param total the number of steps */
export function createProgress(io: Pick<Io, "stderr" | "interactive" | "size">, total: number): Progress {
  return io.interactive ? bar(io, total) : lines(io, total);
}

/** The line of a suite that has ended: `exact: 139 cases, 2 failed`. */
export function describeSuite(suite: string, cases: number, failed: number): string {
  return `${suite}: ${plural(cases, "case")}${failed > 0 ? `, ${formatCount(failed)} failed` : ""}`;
}

function bar({ stderr, size }: Pick<Io, "stderr" | "size">, total: number): Progress {
  const { begin, advance, print, stop } = progressBar(stderr, size().columns, total);
  return { begin, advance: ({ failed } = {}) => advance(failed), print, stop };
}

function lines({ stderr }: Pick<Io, "stderr">, total: number): Progress {
  const width = String(total).length;
  let done = 0;
  return {
    begin: () => undefined,
    advance: ({ line } = {}) => {
      done++;
      if (line !== undefined) stderr.write(`[${String(done).padStart(width)}/${total}] ${line}\n`);
    },
    print: (text) => void stderr.write(text),
    stop: () => undefined,
  };
}

/** How far a long command is: a bar on a terminal, a line for each finished step in a pipe. Always on stderr. */

import { progressBar } from "../progress-bar.js";
import { formatCount, plural } from "../report/format.js";
import type { Io } from "./io.js";

/** How one step ended. */
export interface Step {
  readonly failed?: boolean;
  /** What came of it and of the steps before it, for a pipe; left out: nothing to say yet. */
  readonly line?: string;
}

/** What a command tells of its steps. */
export interface Progress {
  /** Says what comes next. */
  begin(label: string): void;
  /** One step is done. */
  advance(step?: Step): void;
  /** Prints other text, above the bar where there is one. */
  print(text: string): void;
  /** Takes the bar away. Calling it again does nothing. */
  stop(): void;
}

/** @param total how many steps there are */
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

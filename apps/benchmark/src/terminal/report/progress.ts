/** How far a long command is: a bar on a terminal, a line for each finished step in a pipe. Always on stderr. */

import { progressBar } from "@convene/conformance";
import type { Io } from "../io.js";

export interface Progress {
  /** Says what comes next. */
  begin(label: string): void;
  /** One step is done. `line` tells a pipe what came of it. */
  advance(line?: string): void;
  /** Takes the bar away. Calling it again does nothing. */
  stop(): void;
}

export function createProgress(io: Io, total: number): Progress {
  return io.interactive ? bar(io, total) : lines(io, total);
}

function bar(io: Io, total: number): Progress {
  const { begin, advance, stop } = progressBar(io.stderr, io.size?.().columns ?? 80, total);
  return { begin, advance: () => advance(), stop };
}

function lines(io: Io, total: number): Progress {
  const width = String(total).length;
  let done = 0;
  return {
    begin: () => undefined,
    advance: (line) => {
      done++;
      if (line !== undefined) io.stderr.write(`[${String(done).padStart(width)}/${total}] ${line}\n`);
    },
    stop: () => undefined,
  };
}

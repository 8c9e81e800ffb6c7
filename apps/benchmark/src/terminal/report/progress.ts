/** How far a long command is: a bar on a terminal, a line for each finished step in a pipe. Always on stderr. */

import { Presets, SingleBar } from "cli-progress";
import type { Io } from "../io.js";

export interface Progress {
  /** Says what comes next. */
  begin(label: string): void;
  /** One step is done. `line` tells a pipe what came of it. */
  advance(line?: string): void;
  /** Takes the bar away, and gives the cursor back. Calling it again does nothing. */
  stop(): void;
}

export function createProgress(io: Io, total: number): Progress {
  return io.interactive ? bar(io, total) : lines(io, total);
}

function bar(io: Io, total: number): Progress {
  const progress = new SingleBar(
    {
      format: "{bar}  {value}/{total}  {label}",
      barsize: 24,
      stream: io.stderr,
      hideCursor: true,
      clearOnComplete: true,
      // Ctrl-C is the command's own affair: it stops between two measurements.
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  let running = true;
  progress.start(total, 0, { label: "" });
  return {
    begin: (label) => {
      if (running) progress.update({ label });
    },
    advance: () => {
      if (running) progress.increment();
    },
    stop: () => {
      if (running) progress.stop();
      running = false;
    },
  };
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

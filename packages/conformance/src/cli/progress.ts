/** How far the run is: a bar on a terminal, a line for each finished sub-suite in a pipe. On stderr. */

import type { ConformanceCase } from "../case.js";
import { plural } from "../report/format.js";
import type { CaseResult } from "../run-conformance.js";
import type { Io } from "./io.js";

export interface Progress {
  readonly begin: (each: ConformanceCase) => void;
  readonly advance: (result: CaseResult) => void;
  /** Something to print that is not the bar. */
  readonly print: (text: string) => void;
  /** Takes the bar away. */
  readonly stop: () => void;
}

export function createProgress(io: Io, cases: readonly ConformanceCase[]): Progress {
  return io.interactive ? bar(io, cases.length) : lines(io, cases);
}

const WIDTH = 24;
/** Milliseconds between two drawings; most cases take less. */
const PAUSE = 60;

function bar({ stderr, columns }: Io, total: number): Progress {
  let [done, failed, label, drawn] = [0, 0, "", -Infinity];
  let later: NodeJS.Timeout | undefined;
  const clear = (): void => {
    clearTimeout(later);
    later = undefined;
    stderr.write("\r\u001b[2K");
  };
  const draw = (): void => {
    clearTimeout(later);
    later = undefined;
    drawn = performance.now();
    const full = Math.round((WIDTH * done) / Math.max(1, total));
    const counts = `${done}/${total}${failed > 0 ? `, ${failed} failed` : ""}`;
    const text = `${"█".repeat(full)}${"░".repeat(WIDTH - full)}  ${counts}  ${label}`;
    stderr.write(`\r${text.slice(0, columns - 1)}\u001b[K`);
  };
  /** At once if the last drawing is old enough, else a little later: where a case hangs, the bar must name that one. */
  const soon = (): void => {
    const wait = PAUSE - (performance.now() - drawn);
    if (wait <= 0) draw();
    else later ??= setTimeout(draw, wait);
  };
  draw();
  return {
    begin: ({ suite, name }) => {
      label = `${suite} ${name}`;
      soon();
    },
    advance: ({ status }) => {
      done++;
      if (status === "failed") failed++;
      soon();
    },
    print: (text) => {
      clear();
      stderr.write(text);
      if (text.endsWith("\n")) draw();
    },
    stop: clear,
  };
}

function lines({ stderr }: Io, cases: readonly ConformanceCase[]): Progress {
  let [done, failed] = [0, 0];
  return {
    begin: () => undefined,
    advance: ({ suite, status }) => {
      done++;
      if (status === "failed") failed++;
      if (cases[done]?.suite === suite) return;
      const count = cases.filter((each) => each.suite === suite).length;
      stderr.write(`${suite}: ${plural(count, "case")}${failed > 0 ? `, ${failed} failed` : ""}\n`);
      failed = 0;
    },
    print: (text) => void stderr.write(text),
    stop: () => undefined,
  };
}

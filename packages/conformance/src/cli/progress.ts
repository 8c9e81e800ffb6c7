/** How far the run is: a bar on a terminal, a line for each finished sub-suite in a pipe. On stderr. */

import type { ConformanceCase } from "../case.js";
import { progressBar } from "../progress-bar.js";
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

function bar({ stderr, columns }: Io, total: number): Progress {
  const { begin, advance, print, stop } = progressBar(stderr, columns, total);
  return {
    begin: ({ suite, name }) => begin(`${suite} ${name}`),
    advance: ({ status }) => advance(status === "failed"),
    print,
    stop,
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

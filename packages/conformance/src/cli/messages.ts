/** What the command and the process that runs the backend say to each other. */

import type { CaseResult, ConformanceOptions } from "../run-conformance.js";
import type { Diagnosis } from "../diagnosis/diagnosis.js";
import type { Thrown } from "../thrown.js";
import type { Arguments } from "./arguments.js";

/** What the process is to do: its only argument, as JSON. */
export interface Task {
  readonly module: string;
  readonly exportName: string | undefined;
  /** JSON. */
  readonly factoryOptions: string | undefined;
  readonly cwd: string;
  readonly run: Arguments["run"] & Pick<ConformanceOptions, "from">;
  /** Runs no case: waits for the results of those that ran, and answers with what they have in common. */
  readonly diagnose?: boolean;
}

export type Message =
  /** The module is loaded; the factory is called next. */
  | { readonly type: "loaded" }
  /** A backend is there. */
  | { readonly type: "backend"; readonly name: string; readonly device: string }
  | { readonly type: "begin" }
  /** A case has failed and runs again, alone or after another, for at most so long. Its result follows. */
  | { readonly type: "recheck"; readonly result: CaseResult; readonly milliseconds: number }
  | { readonly type: "result"; readonly result: CaseResult }
  /** What the failures have in common. */
  | { readonly type: "diagnosis"; readonly diagnosis: Diagnosis }
  | { readonly type: "end" }
  /** There is nothing to run; `usage` where what was typed is to blame. */
  | { readonly type: "failed"; readonly message: string; readonly usage: boolean }
  /** An error that no call gave: thrown by a timer, or a promise that nobody awaited. The process ends. */
  | { readonly type: "stray"; readonly message: string; readonly thrown?: Thrown };

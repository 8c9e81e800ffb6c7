/** The messages between the command and the process that runs the backend. */

import type { ConformanceCase } from "../case.js";
import type { CaseResult, ConformanceOptions } from "../run-conformance.js";
import type { Diagnosis } from "../diagnosis/diagnosis.js";
import type { Thrown } from "../thrown.js";
import type { Arguments } from "./arguments.js";

/** The task of the process. It is the process's only argument, as JSON. */
export interface Task {
  readonly module: string;
  readonly exportName: string | undefined;
  /** The options of the factory, as JSON. */
  readonly factoryOptions: string | undefined;
  readonly cwd: string;
  readonly run: Arguments["run"] & Pick<ConformanceOptions, "from">;
  /** Set for a process that runs no case: it waits for the results of the run, and answers with the diagnosis. */
  readonly diagnose?: boolean;
}

/** What the command knows of a case. It makes no cases itself: the process has made them already, and to make them takes 0.2 s. */
export interface SelectedCase extends Pick<ConformanceCase, "suite" | "name"> {
  /** Milliseconds that the case may take, if it has a limit of its own. */
  readonly limit: number | undefined;
}

export type Message =
  /** The cases that the task selects, in their order. The module is loaded next. */
  | { readonly type: "selected"; readonly cases: readonly SelectedCase[] }
  /** The module is loaded. The factory is called next. */
  | { readonly type: "loaded" }
  /** A backend is open. */
  | { readonly type: "backend"; readonly name: string; readonly device: string }
  | { readonly type: "begin" }
  /** A case failed and runs again, alone or after another case, for at most `milliseconds`. Its result follows. */
  | { readonly type: "recheck"; readonly result: CaseResult; readonly milliseconds: number }
  | { readonly type: "result"; readonly result: CaseResult }
  /** The diagnosis of the failures. */
  | { readonly type: "diagnosis"; readonly diagnosis: Diagnosis }
  | { readonly type: "end" }
  /** There is nothing to run. `usage` says whether the command line is wrong. */
  | { readonly type: "failed"; readonly message: string; readonly usage: boolean }
  /** An error outside of any call: of a timer, or of a promise that nobody awaited. The process ends. */
  | { readonly type: "stray"; readonly message: string; readonly thrown?: Thrown };

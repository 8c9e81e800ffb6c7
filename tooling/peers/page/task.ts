/** The page's task and its messages. The two programs only communicate over HTTP. */

import type { CaseResult, Diagnosis, SuiteName } from "@convene/conformance";

/** The content of `task.json`, beside the page. */
export interface Task {
  readonly variant?: string;
  readonly suites: readonly SuiteName[];
  readonly selection: "quick" | "full";
  readonly seed: number;
  readonly randomProblems?: number;
  /** Part of a case's name. */
  readonly only?: string;
  /** The `caseKey`s of cases that have run already. */
  readonly done: readonly string[];
  /** The number of cases after which the page ends, and a new page continues, because libraries keep compiled kernels. */
  readonly most: number;
  /** Failures to shrink, after the last case. */
  readonly shrink: readonly { readonly suite: SuiteName; readonly name: string }[];
  /** The results of all pages, after the last case, for the diagnosis. */
  readonly diagnose?: readonly CaseResult[];
}

/** The smallest problem that still fails. */
export interface Shrunk {
  readonly suite: SuiteName;
  readonly name: string;
  readonly problem: string;
  readonly message: string;
  readonly tries: number;
}

export type PageMessage =
  | { readonly device: string; readonly total: number }
  | { readonly begin: { readonly suite: SuiteName; readonly name: string } }
  | { readonly result: CaseResult }
  | { readonly shrunk: Shrunk }
  | { readonly diagnosis: Diagnosis }
  /** Whether cases are left for a next page. */
  | { readonly left: number };

export function caseKey({ suite, name }: { readonly suite: string; readonly name: string }): string {
  return `${suite} ${name}`;
}

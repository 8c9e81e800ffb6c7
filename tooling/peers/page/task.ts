/** What the page is asked to do, and what it answers: two programs that meet only over HTTP. */

import type { CaseResult, Diagnosis, SuiteName } from "@convene/conformance";

/** `task.json`, beside the page. */
export interface Task {
  readonly variant?: string;
  readonly suites: readonly SuiteName[];
  readonly selection: "quick" | "full";
  readonly seed: number;
  readonly randomProblems?: number;
  /** Part of a case's name. */
  readonly only?: string;
  /** `caseKey`s of those that have run already. */
  readonly done: readonly string[];
  /** Cases after which the page ends all the same, so that a new one goes on: libraries keep what they compile. */
  readonly most: number;
  /** Failures to shrink, once no case is left. */
  readonly shrink: readonly { readonly suite: SuiteName; readonly name: string }[];
  /** The results of all pages, once no case is left: what the failures have in common is asked of them. */
  readonly diagnose?: readonly CaseResult[];
}

/** A failing problem, made as small as it goes while it still fails. */
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

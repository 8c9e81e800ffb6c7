/**
 * The command that repeats a failure, at the end of the failure's text. The command runs the case alone. If the case passes alone,
 * the command runs the earlier case that it needs too. If that case is not known, the command runs all earlier cases.
 */

import { DEFAULT_SEED } from "../random-source.js";
import type { CaseResult } from "../run-conformance.js";

/** The options of the run that a case, or the cases before it, depend on. */
export interface RerunOptions {
  /** The file or package that the factory comes from. */
  readonly module: string;
  readonly exportName?: string;
  /** The options of the factory, as JSON. */
  readonly factoryOptions?: string;
  readonly accuracy?: "fast" | "strict";
  readonly seed?: number;
  /** The number of random problems, as in `SuiteOptions`. */
  readonly randomProblems?: number;
  /** The time limit of a case, in milliseconds. */
  readonly limit?: number;
  readonly noSkips?: boolean;
  /** The problem's string, if the run was for a problem that may be in no suite. */
  readonly problem?: string;
  readonly only?: string | readonly string[];
  readonly selection?: "quick" | "full";
}

/** The command that repeats a failure: it runs the case alone, or after the earlier case without which it passes. */
export function rerunCommand(
  options: RerunOptions,
  { suite, name, alone, after }: Pick<CaseResult, "suite" | "name" | "alone" | "after">,
): string {
  const {
    module,
    exportName,
    factoryOptions,
    accuracy = "fast",
    seed,
    randomProblems,
    limit,
    noSkips,
    problem,
    only = [],
    selection,
  } = options;
  const words = ["npx", "convene-conformance", module];
  const add = (option: string, value: string | number | undefined): void => {
    if (value !== undefined) words.push(option, String(value));
  };
  add("--export", exportName);
  add("--options", factoryOptions);
  add("--suite", suite);
  add("--problem", problem);
  const wholeSuite = alone !== undefined && after === undefined;
  for (const text of wholeSuite ? [only].flat() : [after, name]) add("--case", text);
  if (wholeSuite && selection === "quick") words.push("--quick");
  if (accuracy !== "fast") add("--accuracy", accuracy);
  add("--seed", seed === DEFAULT_SEED ? undefined : seed);
  add("--random", randomProblems);
  if (limit !== undefined) add("--limit", limit / 1000);
  if (noSkips) words.push("--no-skips");
  return words.map(quote).join(" ");
}

/** Quotes a word for a POSIX shell. */
function quote(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

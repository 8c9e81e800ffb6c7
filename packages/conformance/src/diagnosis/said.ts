/** Findings about failures without a result: what most of them say. */

import type { CaseResult } from "../run-conformance.js";
import type { Finding } from "./diagnosis.js";

/** The first line of a failure's message. */
export function firstLine({ message = "" }: CaseResult): string {
  return message.split("\n")[0]!;
}

/** The first line without its numbers: cases of one fault differ in numbers only. */
export function wordsOf(result: CaseResult): string {
  return firstLine(result).replace(/\d+/g, "#");
}

/** What most of the failures say, as the cause of a finding. None of them has a result; there is at least one. */
export function whatIsSaid(failed: readonly CaseResult[]): Pick<Finding, "cause" | "evidence" | "certain"> {
  const counts = new Map<string, number>();
  for (const result of failed) counts.set(wordsOf(result), (counts.get(wordsOf(result)) ?? 0) + 1);
  const [words, count] = [...counts].reduce((most, each) => (each[1] > most[1] ? each : most));
  const example = failed.find((result) => wordsOf(result) === words)!;
  return {
    cause: `it says: ${firstLine(example)}`,
    evidence: `${count} of ${failed.length} failures without a result say the same, but for numbers`,
    certain: false,
  };
}

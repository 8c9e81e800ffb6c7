/** What a diagnosis is: findings, the one that says most first. */

/** One fault, as far as it shows. */
export interface Finding {
  /** Which cases fail and which pass, with counts: "fails wherever dh > 1 (97 of 97), passes elsewhere (1,327 of 1,327)". */
  readonly rule: string;
  /** Where in an output the wrong elements are. */
  readonly where?: string;
  /** What the backend does instead, a guess from a closed list. */
  readonly cause?: string;
  /** What the guess rests on: "the same values in 24 of 24 outputs". */
  readonly evidence?: string;
  /** Whether the cause gives every wrong value that was looked at. */
  readonly certain: boolean;
  /** The smallest problem that shows it, as its string. */
  readonly smallest?: string;
}

/** What is known of why cases failed: the findings, the one that says most first. */
export interface Diagnosis {
  readonly findings: readonly Finding[];
}

/** Lines of a report for one finding. */
export function describeFinding({ rule, where, cause, evidence, certain, smallest }: Finding): readonly string[] {
  return [
    rule,
    ...(where === undefined ? [] : [`where        ${where}`]),
    ...(cause === undefined ? [] : [`${certain ? "cause       " : "likely cause"} ${cause}`]),
    ...(evidence === undefined ? [] : [`evidence     ${evidence}`]),
    ...(smallest === undefined ? [] : [`smallest     ${smallest}`]),
  ];
}

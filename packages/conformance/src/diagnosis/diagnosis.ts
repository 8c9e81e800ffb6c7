/** The type of a diagnosis: a list of findings, with the most telling finding first. */

/** One fault, as far as the results show it. */
export interface Finding {
  /** Which cases fail and which pass, with counts: "fails wherever dh > 1 (97 of 97), passes elsewhere (1,327 of 1,327)". */
  readonly rule: string;
  /** The places of the wrong elements in an output. */
  readonly where?: string;
  /** The backend's wrong behaviour, chosen from a fixed list of causes. */
  readonly cause?: string;
  /** The reason for the cause: "the same values in 24 of 24 outputs". */
  readonly evidence?: string;
  /** Whether the cause explains every wrong value that was compared. */
  readonly certain: boolean;
  /** The smallest problem that shows the fault, as its string. */
  readonly smallest?: string;
}

/** The findings about failed cases, with the most telling finding first. */
export interface Diagnosis {
  readonly findings: readonly Finding[];
}

/** The lines of a report for one finding. */
export function describeFinding({ rule, where, cause, evidence, certain, smallest }: Finding): readonly string[] {
  return [
    rule,
    ...(where === undefined ? [] : [`where        ${where}`]),
    ...(cause === undefined ? [] : [`${certain ? "cause       " : "likely cause"} ${cause}`]),
    ...(evidence === undefined ? [] : [`evidence     ${evidence}`]),
    ...(smallest === undefined ? [] : [`smallest     ${smallest}`]),
  ];
}

/** The sub-suites' names, and the options that decide what is in them. */

/**
 * In the order in which they run: the plainest first, since what fails there makes the rest fail too. `lifecycle` names what
 * `networks` only suffers from.
 */
export const SUITE_NAMES = [
  "exact",
  "bounded",
  "laws",
  "goldens",
  "known-faults",
  "lifecycle",
  "operations",
  "networks",
  "errors",
  "non-finite",
  "manifest",
] as const;
/** The name of a part of the suite. */
export type SuiteName = (typeof SUITE_NAMES)[number];

/** What the cases of the suite are made from: a seed, and how many random problems there are. */
export interface SuiteOptions {
  /** Seeds the random problems and all operands. Default 1. */
  readonly seed?: number;
  /**
   * How many random problems `exact` and `bounded` have beside those that are always there, each; `networks` has one
   * network for ten of them. Default 200.
   */
  readonly randomProblems?: number;
}

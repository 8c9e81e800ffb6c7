/** The names of the sub-suites, and the options that decide which cases they have. */

/**
 * The parts of the suite, in the order in which they run. The plainest come first, because a fault there makes later suites fail too.
 * `lifecycle` comes before `networks`, because its failures name the fault, and failures of `networks` are only results of it.
 */
export const SUITE_NAMES = [
  "exact",
  "bounded",
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

/** Of the quick selection. What PyTorch's results catch `exact` and `bounded` catch, and to load them takes long. */
export const QUICK_SUITES: readonly SuiteName[] = SUITE_NAMES.filter((suite) => suite !== "goldens");

/** What the cases of the suite are made from: a seed, and how many random problems there are. */
export interface SuiteOptions {
  /** Seeds the random problems and all operands: an integer from 0 to 2³² − 1. Default 1. */
  readonly seed?: number;
  /**
   * How many random problems `exact` and `bounded` each have beside their fixed ones. `networks` has one random network for ten of them.
   * Default 200.
   */
  readonly randomProblems?: number;
}

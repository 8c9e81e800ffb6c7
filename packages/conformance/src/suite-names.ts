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

/**
 * The suites of the quick selection. `goldens` is not one of them: `exact` and `bounded` find the same faults, and
 * PyTorch's results take long to load.
 */
export const QUICK_SUITES: readonly SuiteName[] = SUITE_NAMES.filter((suite) => suite !== "goldens");

/** The options from which the cases of the suite are made: a seed, and the number of random problems. */
export interface SuiteOptions {
  /** Seeds the random problems and all operands: an integer from 0 to 2³² − 1. Default 1. */
  readonly seed?: number;
  /**
   * The number of random problems of `exact` and of `bounded`, in addition to their fixed problems. `networks` has one
   * random network for each ten of them. Default 200.
   */
  readonly randomProblems?: number;
}

/** The sub-suites, by name, each a file of cases. */

import type { ConformanceCase } from "./case.js";
import { boundedCases } from "./cases/bounded.js";
import { errorCases } from "./cases/errors.js";
import { exactCases } from "./cases/exact.js";
import { goldenCases } from "./cases/goldens.js";
import { knownFaultCases } from "./cases/known-faults.js";
import { lifecycleCases } from "./cases/lifecycle.js";
import { manifestCases } from "./cases/manifest.js";
import { networkCases } from "./cases/networks.js";
import { nonFiniteCases } from "./cases/non-finite.js";
import { operationCases } from "./cases/operations.js";
import type { SuiteName, SuiteOptions } from "./suite-names.js";

const SUITES: Record<SuiteName, (options: SuiteOptions) => Promise<readonly ConformanceCase[]>> = {
  exact: exactCases,
  bounded: boundedCases,
  goldens: goldenCases,
  "known-faults": knownFaultCases,
  operations: operationCases,
  networks: networkCases,
  lifecycle: lifecycleCases,
  errors: errorCases,
  "non-finite": nonFiniteCases,
  manifest: manifestCases,
};

/** All cases of the named suites, in order. @throws TypeError for a name that is no suite */
export async function conformanceCases(
  suites: readonly SuiteName[],
  options: SuiteOptions = {},
): Promise<readonly ConformanceCase[]> {
  const lists = await Promise.all(suites.map((suite) => SUITES[suite](options)));
  return lists.flat();
}

/** exact: small integers, so that there is one right answer. Corners, and random problems over all options together. */

import type { ConformanceCase } from "../case.js";
import type { SuiteOptions } from "../suite-names.js";
import { againstReference } from "./against-reference.js";
import { standardProblems } from "./standard-problems.js";

/** The quick selection has all of them but the random ones: a diagnosis is only as good as what it can compare. */
export async function exactCases(options: SuiteOptions): Promise<readonly ConformanceCase[]> {
  const { corners, transformable, covering, random } = standardProblems(options);
  return againstReference("exact", "integer", [...corners, ...transformable, ...covering, ...random]);
}

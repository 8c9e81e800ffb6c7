/** exact: small integers, which have exactly one right answer. The problems are corners, and random problems over all options. */

import type { ConformanceCase } from "../case.js";
import type { SuiteOptions } from "../suite-names.js";
import { againstReference } from "./against-reference.js";
import { standardProblems } from "./standard-problems.js";

/** The quick selection has all of them except the random problems, because a diagnosis needs many problems to compare. */
export async function exactCases(options: SuiteOptions): Promise<readonly ConformanceCase[]> {
  const { corners, transformable, covering, random } = standardProblems(options);
  return againstReference("exact", "integer", [...corners, ...transformable, ...covering, ...random]);
}

/** exact: small integers, so that there is one right answer. Corners, and random problems over all options together. */

import type { ConformanceCase } from "../case.js";
import type { SuiteOptions } from "../suite-names.js";
import { againstReference } from "./against-reference.js";
import { sparsely } from "./quick.js";
import { standardProblems } from "./standard-problems.js";

export async function exactCases(options: SuiteOptions): Promise<readonly ConformanceCase[]> {
  const { corners, covering, transformable, random } = standardProblems(options);
  return [
    ...againstReference("exact", "integer", [...corners, ...covering]),
    ...sparsely(5, againstReference("exact", "integer", transformable)),
    ...againstReference("exact", "integer", random),
  ];
}

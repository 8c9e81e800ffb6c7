/** bounded: real values, held to the error bound. Corners, and random problems over all options together. */

import type { ConformanceCase } from "../case.js";
import type { SuiteOptions } from "../suite-names.js";
import { againstReference } from "./against-reference.js";
import { standardProblems } from "./standard-problems.js";

export async function boundedCases(options: SuiteOptions): Promise<readonly ConformanceCase[]> {
  return againstReference("bounded", "real", standardProblems(options));
}

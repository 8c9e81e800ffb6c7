/** Of backends with two faults, in how many the diagnosis names both. `tsx -C convene-source packages/conformance/scripts/diagnosis-pairs.ts` */

import { diagnosePair } from "../src/testing/diagnose-fault.js";
import { PAIRS } from "../src/testing/two-faults.js";

let both = 0;
for (const [standard, grouped] of PAIRS) {
  const { named, texts } = await diagnosePair(standard, grouped);
  if (named.length === 2) both++;
  process.stdout.write(`${named.length} of 2: ${standard} + ${grouped}\n`);
  if (named.length < 2) process.stdout.write(`    ${texts.join("\n").replaceAll("\n", "\n    ")}\n`);
}
process.stdout.write(`both are named in ${both} of ${PAIRS.length}\n`);

/**
 * What the diagnosis says of each faulty backend, held to the accepted wordings: prints those that it misses, and the share.
 *
 * `tsx -C convene-source packages/conformance/scripts/diagnosis-table.ts [pattern of names] [--all]`
 */

import { diagnoseFault, measuredFaults } from "../src/testing/diagnose-fault.js";

const all = process.argv.includes("--all");
const [, , pattern = "."] = process.argv;
let named = 0;
let measured = 0;
for (const fault of measuredFaults(new RegExp(pattern))) {
  const { accepted, text, unrelated, seconds } = await diagnoseFault(fault);
  measured++;
  if (accepted) named++;
  if (all || !accepted || unrelated) {
    process.stdout.write(
      `${accepted ? "ok " : unrelated ? "BAD" : "-- "} ${fault.name} (${seconds.toFixed(1)} s)\n    ${text.replaceAll("\n", "\n    ")}\n`,
    );
  }
}
process.stdout.write(`${named} of ${measured}\n`);

/**
 * A vitest that stays up: the parent process names files that have changed, and it answers whether the tests pass. Started
 * by run.ts in the copy of the workspace; one that hangs is killed from there.
 */

import process from "node:process";
import { createVitest, type TestModule } from "vitest/node";

/** What the parent sends: the file that has changed, and the tests to run, in stages; a later one runs if all before pass. */
export interface Question {
  readonly changed: string;
  readonly stages: readonly (readonly string[])[];
}

/** What it gets back: test files that failed, of the first stage that did, each with its first failure. Empty if all passed. */
export interface Answer {
  readonly failed: readonly string[];
}

const vitest = await createVitest("test", {
  root: process.cwd(),
  watch: false,
  reporters: [{}],
  bail: 1,
  pool: "threads",
  maxWorkers: 1,
  isolate: true,
});
await vitest.standalone();
const known = await vitest.globTestSpecifications();

async function failures({ changed, stages }: Question): Promise<readonly string[]> {
  vitest.invalidateFile(changed);
  for (const tests of stages) {
    const specifications = known.filter(({ moduleId }) => tests.some((test) => moduleId.endsWith(test)));
    // A file may have no test of its own name.
    if (specifications.length === 0) continue;
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
    const failed = testModules.filter((each) => !each.ok()).map(describeModule);
    if (unhandledErrors.length > 0) failed.push(...unhandledErrors.map(String));
    if (failed.length > 0) return failed;
  }
  return [];
}

function describeModule(module: TestModule): string {
  const [test] = module.children.allTests("failed");
  const error = test?.result().errors?.[0] ?? module.errors()[0];
  return `${module.relativeModuleId}: ${test?.fullName ?? "did not start"}: ${error?.message ?? "no message"}`;
}

process.on("message", async (question: Question) => {
  const answer: Answer = { failed: await failures(question) };
  process.send?.(answer);
});
process.send?.("ready");

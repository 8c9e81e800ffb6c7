/**
 * A vitest process that keeps running. The parent process names changed files, and this process answers whether the tests pass. run.ts
 * starts it in the copy of the workspace, and kills it if it hangs.
 */

import process from "node:process";
import { createVitest, type TestModule } from "vitest/node";

/** A question of the parent: the changed file, and the tests, in stages. A stage runs if all stages before it pass. */
export interface Question {
  readonly changed: string;
  readonly stages: readonly (readonly string[])[];
}

/** The answer: the failed test files of the first failed stage, each with its first failure. Empty if all passed. */
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
    // There may be no test with the name of this file.
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

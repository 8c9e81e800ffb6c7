/**
 * A vitest that stays up: the parent process names files that have changed, and it answers whether the tests pass. Started
 * by run.ts in the copy of the workspace; one that hangs is killed from there.
 */

import process from "node:process";
import { createVitest } from "vitest/node";

/** What the parent sends: the file that has changed, and the tests to run, in stages; a later one runs if all before pass. */
export interface Question {
  readonly changed: string;
  readonly stages: readonly (readonly string[])[];
}

/** What it gets back: the stage that failed, or undefined if all passed. */
export interface Answer {
  readonly failedIn: number | undefined;
}

const vitest = await createVitest("test", {
  root: process.cwd(),
  watch: false,
  reporters: [{}],
  bail: 1,
  pool: "threads",
  maxWorkers: 1,
  isolate: true,
  // Tests that take long say so themselves; a mutant that makes one slow has been noticed.
  testTimeout: 10_000,
});
await vitest.standalone();
const known = await vitest.globTestSpecifications();

async function failedStage({ changed, stages }: Question): Promise<number | undefined> {
  vitest.invalidateFile(changed);
  for (const [index, tests] of stages.entries()) {
    const specifications = known.filter(({ moduleId }) => tests.some((test) => moduleId.endsWith(test)));
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
    if (unhandledErrors.length > 0 || testModules.some((each) => !each.ok())) return index;
  }
  return undefined;
}

process.on("message", async (question: Question) => {
  const answer: Answer = { failedIn: await failedStage(question) };
  process.send?.(answer);
});
process.send?.("ready");

/** A small test runner. A test can run its tests, and check the results. */

import type { TestRunner } from "../define-tests.js";

interface FakeTest {
  readonly suite: string;
  readonly title: string;
  readonly skipped: boolean;
  readonly body: () => Promise<void>;
  readonly timeout: number | undefined;
}

export interface FakeRunner {
  readonly runner: TestRunner;
  readonly tests: readonly FakeTest[];
  /** Reasons for which tests were skipped while they ran. */
  readonly late: readonly string[];
  /** Runs all tests in order, and gives the errors that they threw, by title. */
  readonly run: () => Promise<ReadonlyMap<string, unknown>>;
}

/** Makes a runner. Some runners lack `skip` or `after`, so both are optional. */
export function fakeRunner({ skip = true, after = true } = {}): FakeRunner {
  const tests: FakeTest[] = [];
  const afters: (() => Promise<void>)[] = [];
  const late: string[] = [];
  const context = { skip: (reason: string): void => void late.push(reason) };
  let suite = "";
  const add =
    (skipped: boolean) =>
    (title: string, body: () => Promise<void>, timeout?: number): void =>
      void tests.push({ suite, title, skipped, body, timeout });
  const runner: TestRunner = {
    describe: (title, body) => {
      suite = title;
      body();
    },
    it: skip ? Object.assign(add(false), { skip: add(true) }) : add(false),
    ...(after ? { afterAll: (body: () => Promise<void>) => void afters.push(body) } : {}),
  };
  const run = async (): Promise<ReadonlyMap<string, unknown>> => {
    const thrown = new Map<string, unknown>();
    for (const { title, body, skipped } of tests) {
      // vitest and node:test pass a context too.
      const withContext: (given: typeof context) => Promise<void> = body;
      if (!skipped) await withContext(context).catch((error: unknown) => thrown.set(title, error));
    }
    for (const body of afters) await body();
    return thrown;
  };
  return { runner, tests, late, run };
}

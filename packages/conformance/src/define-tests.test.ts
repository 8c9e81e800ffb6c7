/** The suite as tests of vitest itself, of node:test in another process, and of a small runner whose tests can be checked. */

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import nodeTest from "node:test";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Backend, formatProblem, zeros } from "@convene/core";
import { defineBackend } from "@convene/core/backend";
import { afterAll, describe, expect, it, test } from "vitest";
import { defineConformanceTests, type TestRunner } from "./define-tests.js";
import { referenceBackend, referenceImplementation } from "./reference-backend.js";
import { selectCases } from "./select-cases.js";
import limited, { remembers } from "./testing/bad-backends.js";
import { bundle } from "./testing/command.js";
import { fakeRunner } from "./testing/runner.js";

const FEW = { suites: ["exact", "lifecycle"], only: "ic5_", randomProblems: 0 } as const;

/** A factory of the reference, and a list of the backends that it made. */
function counted(): { readonly made: Backend[]; readonly factory: () => Promise<Backend> } {
  const made: Backend[] = [];
  const factory = async (): Promise<Backend> => {
    made.push(await referenceBackend());
    return made.at(-1)!;
  };
  return { made, factory };
}

/** A backend that throws at one problem, and is broken afterwards. */
const breaking = (at: string) => async (): Promise<Backend> => {
  const right = await referenceBackend();
  let broken = false;
  return {
    ...right,
    prepareConv2d: async (problem, ...rest) => {
      broken ||= formatProblem(problem) === at;
      if (broken) throw "out of luck";
      return right.prepareConv2d(problem, ...rest);
    },
    sync: () => (broken ? Promise.reject(new Error("broken")) : right.sync()),
  };
};

// These cases become real tests of this file.
await defineConformanceTests({ describe, it, afterAll }, referenceBackend, FEW);

test("the functions of vitest and node:test are runners without any change", () => {
  const runners: readonly TestRunner[] = [{ describe, it, afterAll }, nodeTest];
  expect(runners).toHaveLength(2);
});

test("there is a test for each case, in a describe for each suite", async () => {
  const { runner, tests, run } = fakeRunner();
  await defineConformanceTests(runner, referenceBackend, { ...FEW, limit: 1000 });
  const cases = await selectCases(FEW);
  expect(tests.map(({ suite, title }) => [suite, title])).toEqual(
    cases.map(({ suite, name }) => [`conformance: ${suite}`, name]),
  );
  for (const { timeout } of tests) expect(timeout).toBeGreaterThanOrEqual(4000);
  expect([...(await run())]).toEqual([]);
});

test.each([{ after: true }, { after: false }])("each suite has a backend, disposed after it: %j", async (options) => {
  const { runner, run } = fakeRunner(options);
  const { made, factory } = counted();
  await defineConformanceTests(runner, factory, { ...FEW, suites: ["exact", "bounded"] });
  await run();
  // The first backend tells which cases it cannot take, before tests are registered.
  expect(made.map(({ disposed }) => disposed)).toEqual([true, true, true]);
});

test("a failure says as much as a report, and the next case has another backend", async () => {
  const { runner, tests, run } = fakeRunner();
  const at = (await selectCases({ ...FEW, suites: ["exact"] }))[1]!.name;
  await defineConformanceTests(runner, breaking(at), { ...FEW, suites: ["exact"], seed: 7, module: "./mine.js" });
  const thrown = await run();
  expect([...thrown.keys()]).toEqual([at]);
  const { message } = thrown.get(at) as Error;
  expect(message).toContain(`exact: ${at}\n  out of luck`);
  expect(message).toContain(`npx convene-conformance ./mine.js --suite exact --case ${at} --seed 7 --random 0`);
  expect(tests.length).toBeGreaterThan(2);
});

test("a failure that needs an earlier case says so", async () => {
  const { runner, run } = fakeRunner();
  const [first, second] = await selectCases({ ...FEW, suites: ["exact"] });
  const factory = () => remembers({ at: second!.name });
  await defineConformanceTests(runner, factory, { ...FEW, suites: ["exact"], module: "./mine.js" });
  const thrown = await run();
  expect([...thrown.keys()]).toEqual([second!.name]);
  const { message } = thrown.get(second!.name) as Error;
  expect(message).toContain(`it fails again after "${first!.name}"`);
  expect(message).toContain(`--suite exact --case ${first!.name} --case ${second!.name} --random 0`);
});

describe("a case that a backend cannot take", () => {
  const G2 = { suites: ["exact"], only: "g2_", randomProblems: 0 } as const;

  test("is skipped by the runner", async () => {
    const { runner, tests } = fakeRunner();
    await defineConformanceTests(runner, limited, G2);
    expect(tests.length).toBeGreaterThan(0);
    for (const { title, skipped } of tests) {
      expect(skipped).toBe(true);
      expect(title).toMatch(/^(n\d_)?g2_.* \(groups are not <done> yet\)$/);
    }
  });

  test("is a test that passes and has the reason in its title, if the runner cannot skip", async () => {
    const { runner, tests, run } = fakeRunner({ skip: false });
    await defineConformanceTests(runner, limited, G2);
    for (const { title } of tests) expect(title).toMatch(/^skipped: .*\(groups are not <done> yet\)$/);
    expect([...(await run())]).toEqual([]);
  });

  test("fails if skips are not allowed", async () => {
    const { runner, tests, run } = fakeRunner();
    await defineConformanceTests(runner, limited, { ...G2, noSkips: true });
    expect((await run()).size).toBe(tests.length);
  });
});

describe("a case that finds out while it runs that it has nothing to do", () => {
  // A case with several problems searches for problems that the backend takes.
  const LATE = { suites: ["lifecycle"], only: "plans that differ in one thing only" } as const;
  const takesNothing = async (): Promise<Backend> =>
    defineBackend({
      ...referenceImplementation,
      features: { ...referenceImplementation.features, supports: () => ({ reason: "not today" }) },
    });

  test("is skipped then", async () => {
    const { runner, tests, late, run } = fakeRunner();
    await defineConformanceTests(runner, takesNothing, LATE);
    expect([...(await run())]).toEqual([]);
    expect(tests.length).toBeGreaterThan(0);
    expect(late).toEqual(tests.map(() => "not today"));
  });

  test("fails if skips are not allowed", async () => {
    const { runner, tests, late, run } = fakeRunner();
    await defineConformanceTests(runner, takesNothing, { ...LATE, noSkips: true });
    expect((await run()).size).toBe(tests.length);
    expect(late).toEqual([]);
  });

  test("passes if the runner gives a test no context", async () => {
    const { runner, tests } = fakeRunner();
    await defineConformanceTests(runner, takesNothing, LATE);
    // If a test has a parameter, jest waits for a callback that nobody calls.
    for (const { body } of tests) expect(body).toHaveLength(0);
    await expect(tests[0]!.body()).resolves.toBeUndefined();
  });
});

test("a factory that fails becomes a failed test with the reason", async () => {
  const { runner, tests, run } = fakeRunner();
  await defineConformanceTests(runner, () => Promise.reject(new Error("no device")), FEW);
  expect(tests).toHaveLength(1);
  expect([...(await run())]).toEqual([["the factory makes a backend", new Error("no device")]]);
});

describe("a test of each suite", () => {
  test("is there at once, for a runner that does not wait", async () => {
    const { runner, tests, run } = fakeRunner();
    void defineConformanceTests(runner, referenceBackend, { ...FEW, per: "suite" });
    expect(tests.map(({ title }) => title)).toEqual(["exact", "lifecycle"]);
    expect([...(await run())]).toEqual([]);
  });

  test("fails with all of its failures", async () => {
    const { runner, run } = fakeRunner();
    const nothing = async () =>
      defineBackend({ ...referenceImplementation, read: async (_, shape, layout) => zeros(shape, { layout }) });
    await defineConformanceTests(runner, nothing, { suites: ["exact"], only: "g2_", per: "suite" });
    const { message } = (await run()).get("exact") as Error;
    // The diagnosis comes first.
    expect(message).toMatch(/^(\d+) of \1 cases failed\n\nFails everywhere \(\1 of \1\)\n[^]*\n\nexact: /);
    expect(message).toMatch(/\n\nand \d+ more$/);
  });
});

test.each([
  [{ per: "file" }, "per"],
  [{ suits: [] }, "suits"],
])("a wrong option is refused: %j", async (options, words) => {
  await expect(defineConformanceTests(fakeRunner().runner, referenceBackend, options as object)).rejects.toThrow(words);
});

test("node:test runs it, with one failure of a backend that has one fault", async () => {
  const folder = mkdtempSync(join(tmpdir(), "convene-node-test-"));
  try {
    await bundle(folder, ["index.ts", "testing/bad-backends.ts"]);
    const at = (await selectCases({ ...FEW, suites: ["exact"] }))[1]!.name;
    writeFileSync(
      join(folder, "backend.test.mjs"),
      `import { after, describe, it } from "node:test";
       import { defineConformanceTests } from "./index.mjs";
       import limited, { throwsString } from "./bad-backends.mjs";
       const few = ${JSON.stringify(FEW)};
       await defineConformanceTests({ describe, it, after }, () => throwsString({ at: ${JSON.stringify(at)} }), few);
       await defineConformanceTests({ describe, it, after }, limited, { ...few, suites: ["exact"], only: "g2_" });`,
    );
    // Without NODE_TEST_CONTEXT, because node would otherwise treat the other process as a part of this runner.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const run = promisify(execFile)(process.execPath, ["--test", "--test-reporter=tap", folder], { cwd: folder, env });
    const { stdout } = await run.catch((error: { stdout: string }) => error);
    const g2 = (await selectCases({ suites: ["exact"], only: "g2_", randomProblems: 0 })).length;
    expect(stdout).toContain(`out of luck`);
    expect(stdout).toMatch(/# fail 1$/m);
    expect(stdout).toMatch(new RegExp(`# skipped ${g2}$`, "m"));
    expect(stdout).toMatch(new RegExp(`# pass ${(await selectCases(FEW)).length - 1}$`, "m"));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

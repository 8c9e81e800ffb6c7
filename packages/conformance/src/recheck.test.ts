/** The search for the earlier case that a failure needs: it finds the case, does not run without a reason, and has a time limit. */

import type { Backend } from "@convene/core";
import { describe, expect, test } from "vitest";
import type { CaseOutcome, ConformanceCase } from "./case.js";
import { readArguments } from "./cli/arguments.js";
import { ADDRESSING_FAULTS } from "./faulty-backends/addressing-faults.js";
import { CACHE_FAULTS } from "./faulty-backends/cache-faults.js";
import { type Fault, faultyBackend } from "./faulty-backends/faulty-backend.js";
import { MOST_RECHECKED } from "./recheck.js";
import { referenceBackend } from "./reference-backend.js";
import { rerunCommand } from "./report/rerun-command.js";
import { runCase } from "./run-case.js";
import { type CaseResult, type ConformanceOptions, type ConformanceReport, runConformance } from "./run-conformance.js";
import { selectCases } from "./select-cases.js";
import { SUITE_NAMES } from "./suite-names.js";
import { shellWords } from "./testing/command.js";

const FEW = { suites: ["exact"], randomProblems: 0, diagnose: false } as const;

const named = (faults: readonly Fault[], name: string): Fault["backend"] =>
  faults.find((fault) => fault.name === name)!.backend;

function failuresOf({ results }: ConformanceReport): readonly CaseResult[] {
  return results.filter(({ status }) => status === "failed");
}

/** Runs the command at the end of a failure's message, in this process. */
function runAgain(
  factory: () => Promise<Backend>,
  options: Omit<ConformanceOptions, "signal">,
  failure: CaseResult,
): Promise<ConformanceReport> {
  const [, , ...argv] = shellWords(rerunCommand({ module: "./mine.js", ...options }, failure));
  return runConformance(factory, { ...readArguments(argv).run, diagnose: false });
}

/** A backend that throws from its `first` plan on. */
const tiring = (first: number) => async (): Promise<Backend> => {
  const right = await referenceBackend();
  let plans = 0;
  return {
    ...right,
    prepareConv2d: async (...given) => {
      if (++plans >= first) throw "tired";
      return right.prepareConv2d(...given);
    },
  };
};

describe("a failure", () => {
  test("that needs an earlier case names the case, and its command runs the two", async () => {
    const factory = named(CACHE_FAULTS, "weights-cached-by-problem");
    // Two problems. Each has six kinds of operands.
    const only = ["n2_ic6_ih7_oc9_kh3_ph1, ", "n2_ic24_ih5_oc21_kh1_residual, "];
    const options = { ...FEW, suites: ["bounded"], only } as const;
    const failures = failuresOf(await runConformance(factory, options));
    expect(failures.length).toBeGreaterThan(3);
    for (const failure of failures.slice(0, MOST_RECHECKED)) {
      expect(failure).toMatchObject({ alone: "passes", after: expect.any(String) });
      const { results } = await runAgain(factory, options, failure);
      expect(results.map(({ name, status }) => [name, status])).toEqual([
        [failure.after, "passed"],
        [failure.name, "failed"],
      ]);
    }
  });

  test("that is the case's own does not name other cases", async () => {
    const factory = named(ADDRESSING_FAULTS, "second-image-reads-the-first");
    const options = { ...FEW, only: ["n2_g2_", "g5_ic5_"] } as const;
    const failures = failuresOf(await runConformance(factory, options));
    expect(failures.length).toBeGreaterThan(1);
    for (const failure of failures) {
      expect(failure.alone).toBeUndefined();
      const { results } = await runAgain(factory, options, failure);
      expect(results.map(({ name, status }) => [name, status])).toEqual([[failure.name, "failed"]]);
    }
  });

  test("that needs many earlier cases has a command that runs all of them", async () => {
    const options = { ...FEW, only: ["nobias", "ic3_"], selection: "quick" } as const;
    const [first] = failuresOf(await runConformance(tiring(9), options));
    expect(first).toMatchObject({ alone: "passes", message: "tired" });
    expect(first!.after).toBeUndefined();
    const again = await runAgain(tiring(9), options, first!);
    expect(failuresOf(again)[0]).toMatchObject({ name: first!.name, message: "tired" });
  });
});

describe("nothing is tried again", () => {
  /** The number of backends that a run made, and the run's failures. */
  async function made(make: () => Promise<Backend>, options: ConformanceOptions) {
    let count = 0;
    const report = await runConformance(() => {
      count++;
      return make();
    }, options);
    return { count, failures: failuresOf(report) };
  }

  test("if a case took too long", async () => {
    const hanging = async (): Promise<Backend> => ({
      ...(await referenceBackend()),
      prepareConv2d: () => new Promise(() => undefined),
    });
    const { count, failures } = await made(hanging, { ...FEW, only: "ic3_ih7_oc128_kh3", limit: 20 });
    expect(failures).toHaveLength(1);
    // The backend that hung, and the backend in its place.
    expect(count).toBe(2);
  });

  test("if a skip is a failure", async () => {
    const limited = faultyBackend("limited", ({ features }) => ({
      features: { ...features, supports: () => ({ reason: "not today" }) },
    }));
    const { count, failures } = await made(limited, { ...FEW, noSkips: true });
    expect(failures.length).toBeGreaterThan(10);
    expect(count).toBe(1);
  });

  test("after the first few failures of a suite", async () => {
    const { count, failures } = await made(tiring(1), { ...FEW, suites: ["exact", "bounded"] });
    expect(failures.length).toBeGreaterThan(100);
    expect(count).toBe(2 * (1 + MOST_RECHECKED));
  });

  test("without a factory, or after the run was told to stop", async () => {
    const { results } = await runConformance(await tiring(3)(), FEW);
    for (const { alone } of results) expect(alone).toBeUndefined();
    const controller = new AbortController();
    let rechecks = 0;
    const stopping = runConformance(tiring(9), {
      ...FEW,
      signal: controller.signal,
      onRecheck: () => {
        if (++rechecks === 2) controller.abort(new Error("enough"));
      },
    });
    await expect(stopping).rejects.toThrow("enough");
    expect(rechecks).toBe(2);
  });
});

test("each suite has its own backend, so that a command of the suite repeats its failures", async () => {
  const { results } = await runConformance(tiring(30), { ...FEW, suites: ["exact", "bounded"] });
  const first = (suite: string): number => results.filter((each) => each.suite === suite).findIndex(isFailure);
  expect(first("exact")).toBeGreaterThan(10);
  expect(first("bounded")).toBe(first("exact"));
});

function isFailure({ status }: CaseResult): boolean {
  return status === "failed";
}

describe("a case that runs twice has the same conditions the second time", () => {
  /** A backend that overwrites all its arguments after it used them. */
  const vandal = faultyBackend("vandal", (right) => ({
    upload: (source, target) => {
      right.upload(source, target);
      source.data.fill(77);
    },
    prepareConv2d: async (problem, weights, options) => {
      const plan = await right.prepareConv2d(problem, weights, options);
      weights.weight.fill(77);
      weights.bias?.fill(77);
      return plan;
    },
  }));

  async function outcomeOf(each: ConformanceCase, factory: () => Promise<Backend>): Promise<CaseOutcome> {
    const backend = await factory();
    const context = { backend, accuracy: "fast", seed: 1, another: factory } as const;
    const { outcome } = await runCase(each, context, 20_000, false);
    await backend.dispose();
    return outcome;
  }

  test.each(SUITE_NAMES)("%s", async (suite) => {
    const options = { suites: [suite], randomProblems: 10, selection: "quick" } as const;
    const [cases, others] = [await selectCases(options), await selectCases(options)];
    // All cases of these suites are one function, called with other problems.
    const step = suite === "exact" || suite === "bounded" || suite === "goldens" ? 5 : 1;
    for (const [index, each] of cases.entries()) {
      if (index % step > 0) continue;
      const first = await outcomeOf(each, vandal);
      expect(await outcomeOf(each, vandal), each.name).toEqual(first);
      // Another object of the same case shares nothing with it either.
      expect(await outcomeOf(others[index]!, vandal), each.name).toEqual(first);
    }
  });

  test("and shared operands would show: most failures of the overwriting backend also occur alone", async () => {
    const failed = failuresOf(await runConformance(vandal, { ...FEW, selection: "quick" }));
    expect(failed.length).toBeGreaterThan(80);
    for (const { alone } of failed) expect(alone).toBeUndefined();
  });
});

/** The engine counts cases, survives faults of a backend, and stops when it is told to. */

import { type Backend, formatProblem, parseProblem } from "@convene/core";
import { defineBackend } from "@convene/core/backend";
import { describe, expect, test } from "vitest";
import { checkProblem } from "./check-problem.js";
import { CORNER_PROBLEMS } from "./cases/corner-problems.js";
import { referenceBackend, referenceImplementation, withMemory } from "./reference-backend.js";
import { type CaseResult, runConformance } from "./run-conformance.js";
import { conformanceCases } from "./suites.js";

const FEW = { suites: ["exact", "lifecycle"], randomProblems: 5 } as const;
/** Some cases of each suite. A fault occurs in the middle of them. */
const FEWER = { ...FEW, only: ["ic16_", "g3_", "g4_", "g7_", "dispose"] } as const;

/** The reference. It calls `misbehave` before each prepare. */
async function misbehaving(misbehave: (problem: string) => void): Promise<Backend> {
  const right = await referenceBackend();
  return {
    ...right,
    prepareConv2d: async (problem, weights, options) => {
      misbehave(formatProblem(problem));
      return right.prepareConv2d(problem, weights, options);
    },
  };
}

describe("an exception inside a backend", () => {
  /** Throws. An author would look for this line in the report. */
  function deepInside(): never {
    throw new TypeError("no such kernel");
  }
  const inPlan = (run: "run" | "prepare") => async (): Promise<Backend> =>
    defineBackend({
      ...referenceImplementation,
      prepareConv2d: async (...args) => {
        if (run === "prepare") deepInside();
        return { ...(await referenceImplementation.prepareConv2d(...args)), run: deepInside };
      },
    });

  test.each([
    ["prepare", "prepareConv2d"],
    ["run", "plan.run"],
  ] as const)("in %s is reported with the call and with its stack", async (where, call) => {
    const { results } = await runConformance(inPlan(where), { suites: ["exact"], only: "ic1_ih1_oc1_kh1" });
    const { status, message, thrown } = results.find(({ name }) => name === "ic1_ih1_oc1_kh1")!;
    expect(status).toBe("failed");
    expect(message).toBe("ConveneError: reference: no such kernel");
    expect(thrown!.call).toBe(call);
    expect(thrown!.stack).toMatch(
      /caused by: TypeError: no such kernel\n +at .*deepInside .*run-conformance\.test\.ts/,
    );
  });

  test("is reported in the same way if a case catches it", async () => {
    for (const suite of ["errors", "lifecycle"] as const) {
      const { results } = await runConformance(inPlan("run"), { suites: [suite], selection: "quick" });
      const failed = results.filter(({ message }) => message?.includes("no such kernel"));
      expect(failed.length).toBeGreaterThan(0);
      for (const { thrown } of failed) expect(thrown).toMatchObject({ call: "plan.run", stack: /deepInside/ });
    }
  });

  test("of a second backend's factory is reported as the factory's", async () => {
    let made = 0;
    const once = async (): Promise<Backend> => (made++ === 0 ? referenceBackend() : deepInside());
    const { results } = await runConformance(once, { suites: ["lifecycle"], only: "a second backend has nothing" });
    expect(results[0]).toMatchObject({ status: "failed", thrown: { call: "the factory" } });
  });

  test("that has no stack is reported with the call", async () => {
    const backend = await misbehaving(() => {
      throw "out of luck";
    });
    const { results } = await runConformance(backend, { suites: ["exact"], only: "ic1_ih1_oc1_kh1" });
    expect(results[0]!.thrown).toEqual({ call: "prepareConv2d" });
  });
});

describe("the report", () => {
  test("names the backend, its device and the seed, and counts every case once", async () => {
    const report = await runConformance(referenceBackend, { ...FEW, seed: 3 });
    expect(report).toMatchObject({ backend: "reference", device: "float64 loops, 1 thread", seed: 3, worstRatio: 0 });
    const { passed, failed, untrusted, skipped } = report.counts;
    expect(passed + failed + untrusted + skipped).toBe(report.results.length);
    expect(report.results.filter(({ suite }) => suite === "exact")).toHaveLength(
      (await conformanceCases(["exact"], { randomProblems: 5 })).length,
    );
    expect(report.results.filter(({ suite }) => suite === "lifecycle")).toHaveLength(
      (await conformanceCases(["lifecycle"])).length,
    );
    expect(failed + skipped).toBe(0);
    for (const { milliseconds } of report.results) expect(milliseconds).toBeGreaterThanOrEqual(0);
  });

  test("has the largest ratio of all its cases", async () => {
    const { worstRatio, results } = await runConformance(referenceBackend, { suites: ["bounded"], randomProblems: 5 });
    expect(worstRatio).toBe(Math.max(...results.map(({ ratio }) => ratio!)));
    expect(worstRatio).toBeGreaterThan(0);
  });

  test("gives the algorithm of each case", async () => {
    const { results } = await runConformance(referenceBackend, { suites: ["exact"], randomProblems: 0 });
    expect(new Set(results.map(({ algorithm }) => algorithm))).toEqual(new Set(["reference"]));
  });

  test("with no suites is empty", async () => {
    const report = await runConformance(referenceBackend, { suites: [] });
    expect(report).toMatchObject({
      counts: { passed: 0, failed: 0, untrusted: 0, skipped: 0 },
      worstRatio: 0,
      results: [],
    });
  });
});

test("a signal that fires while a synchronous backend runs stops the suite", async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("enough")));
  const run = runConformance(referenceBackend, { suites: ["exact", "bounded"], signal: controller.signal });
  await expect(run).rejects.toThrow("enough");
});

test("the seed decides the random problems", async () => {
  const names = async (seed: number) =>
    (await conformanceCases(["exact"], { seed, randomProblems: 5 })).map(({ name }) => name);
  expect(await names(1)).toEqual(await names(1));
  expect(await names(1)).not.toEqual(await names(2));
});

test("onCase gets each result in order, with the number of finished cases and of all cases", async () => {
  const told: CaseResult[] = [];
  const all = await conformanceCases(FEW.suites, FEW);
  const report = await runConformance(referenceBackend, {
    ...FEW,
    onCase: (result, done, total) => {
      told.push(result);
      expect([done, total]).toEqual([told.length, all.length]);
    },
  });
  expect(told).toEqual(report.results);
});

describe("a backend that throws", () => {
  const BAD = "ic16_ih4_iw5_oc31_kh1";

  test.each([
    ["an error", new Error("planted"), "Error: planted"],
    ["a string", "planted", "planted"],
    ["nothing at all", undefined, "undefined"],
  ])("%s fails that case only", async (_what, thrown, message) => {
    const backend = await misbehaving((problem) => {
      if (problem === BAD) throw thrown;
    });
    const { counts, results } = await runConformance(backend, FEWER);
    expect(counts).toMatchObject({ failed: 1, untrusted: 0 });
    expect(results.find(({ status }) => status === "failed")).toMatchObject({ suite: "exact", name: BAD, message });
    expect(results.at(-1)).toMatchObject({ suite: "lifecycle", status: "passed" });
    await backend.dispose();
  });

  test("without waiting to be awaited fails that case only", async () => {
    const right = await referenceBackend();
    const backend: Backend = {
      ...right,
      prepareConv2d: (problem, ...rest) => {
        if (formatProblem(problem) === BAD) throw new Error("planted");
        return right.prepareConv2d(problem, ...rest);
      },
    };
    expect((await runConformance(backend, FEWER)).counts.failed).toBe(1);
  });

  const breaking = async (): Promise<Backend> =>
    defineBackend({
      ...referenceImplementation,
      prepareConv2d: async (problem, weights, options) => {
        const plan = await referenceImplementation.prepareConv2d(problem, weights, options);
        const run = (): never => {
          throw "planted";
        };
        return formatProblem(problem) === BAD ? { ...plan, run } : plan;
      },
    });

  test("while running fails that case; the next ones get a new backend from the factory", async () => {
    const { results, counts } = await runConformance(breaking, FEWER);
    expect(counts.failed).toBe(1);
    expect(results.find(({ status }) => status === "failed")).toMatchObject({
      name: BAD,
      message: 'ConveneError: reference: "planted"',
    });
  });

  test("while running, without a factory, fails every later case, each with the reason", async () => {
    const { results } = await runConformance(await breaking(), FEWER);
    const from = results.findIndex(({ name }) => name === BAD);
    expect(results.slice(0, from).every(({ status }) => status === "passed")).toBe(true);
    for (const { status, message } of results.slice(from)) {
      expect(status).toBe("failed");
      expect(message).toBe('ConveneError: reference: "planted"');
    }
  });
});

describe("a backend that does not answer", () => {
  const hanging = (problem: string) => async (): Promise<Backend> => {
    const right = await referenceBackend();
    return {
      ...right,
      prepareConv2d: (each, ...rest) =>
        formatProblem(each) === problem ? new Promise(() => undefined) : right.prepareConv2d(each, ...rest),
    };
  };

  test("fails that case after the limit, and the next ones run on a new backend", async () => {
    const name = CORNER_PROBLEMS[2]!;
    const { counts, results } = await runConformance(hanging(name), { ...FEWER, suites: ["exact"], limit: 50 });
    expect(counts.failed).toBe(1);
    expect(results.find(({ status }) => status === "failed")).toMatchObject({
      name,
      message: "no answer within 0.05 s: `prepareConv2d` has not settled",
    });
  });

  test("when it is made ends the run with an error", async () => {
    const never = (): Promise<Backend> => new Promise(() => undefined);
    await expect(runConformance(never, { ...FEWER, limit: 20 })).rejects.toThrow("no answer within 0.02 s");
  });
});

describe("a case that a backend does not take", () => {
  const limited = async (): Promise<Backend> =>
    defineBackend(
      withMemory({
        ...referenceImplementation,
        features: {
          ...referenceImplementation.features,
          supports: ({ g }) => g === 1 || { reason: "groups are not done yet" },
        },
      }),
    );

  test("is skipped with its reason", async () => {
    const { counts, results } = await runConformance(limited, FEWER);
    expect(counts).toMatchObject({ failed: 0, untrusted: 0 });
    const skipped = results.filter(({ status }) => status === "skipped");
    expect(skipped.length).toBeGreaterThan(3);
    for (const { name, message } of skipped) {
      expect(name).toMatch(/^(n\d+_)?g\d+_/);
      expect(message).toBe("groups are not done yet");
    }
  });

  test("fails if skips are not allowed", async () => {
    const { counts, results, diagnosis } = await runConformance(limited, { ...FEWER, noSkips: true });
    expect(counts.skipped).toBe(0);
    expect(counts.failed).toBeGreaterThan(3);
    const failed = results.filter(({ status }) => status === "failed");
    expect(failed.every(({ notTaken }) => notTaken)).toBe(true);
    // The backend computed nothing wrong, so there is no cause to find.
    expect(diagnosis).toBeUndefined();
  });
});

test("only the cases whose name contains a text can be run", async () => {
  const { results } = await runConformance(referenceBackend, { ...FEW, only: "reflect" });
  expect(results.length).toBeGreaterThan(1);
  expect(results.every(({ name }) => name.includes("reflect"))).toBe(true);
});

test("a tensor of the wrong size is a failure that says so", async () => {
  const right = await referenceBackend();
  const backend: Backend = {
    ...right,
    read: async () => ({ shape: [1, 1, 1, 2], layout: "nchw", data: new Float32Array(2) }),
  };
  const { results } = await runConformance(backend, { suites: ["exact"], randomProblems: 0 });
  expect(results.find(({ name }) => name === "ic3_ih7_oc128_kh3")).toMatchObject({
    status: "failed",
    message: expect.stringContaining("2 elements were computed; expected 3200"),
  });
});

test("a result that is zero or clamped nearly everywhere is untrusted, and does not count as passed", async () => {
  const backend = await referenceBackend();
  for (const kind of ["integer", "real"] as const) {
    expect(await checkProblem(backend, parseProblem("ic3_ih5_oc4_kh3_clamp1000:1001"), kind)).toMatchObject({
      status: "untrusted",
    });
    expect(await checkProblem(backend, parseProblem("ic1_ih1_oc1_kh1_ph9_nobias"), kind)).toMatchObject({
      status: "untrusted",
    });
    expect(await checkProblem(backend, parseProblem("ic3_ih5_oc4_kh3_clamp-5:40"), kind)).toMatchObject({
      status: "passed",
    });
  }
  await backend.dispose();
});

describe("the signal", () => {
  test("stops between cases", async () => {
    const controller = new AbortController();
    let cases = 0;
    const running = runConformance(referenceBackend, {
      ...FEW,
      signal: controller.signal,
      onCase: () => {
        if (++cases === 3) controller.abort(new Error("enough"));
      },
    });
    await expect(running).rejects.toThrow("enough");
    expect(cases).toBe(3);
  });

  test("that fired already stops before the first case", async () => {
    const onCase = (): never => expect.unreachable();
    await expect(
      runConformance(referenceBackend, { ...FEW, onCase, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("disposal", () => {
  test("backends of a factory are disposed, also if the run is stopped", async () => {
    const made: Backend[] = [];
    const factory = async (): Promise<Backend> => {
      made.push(await referenceBackend());
      return made.at(-1)!;
    };
    await runConformance(factory, FEWER);
    await runConformance(factory, { ...FEWER, signal: AbortSignal.abort() }).catch(() => undefined);
    expect(made.length).toBeGreaterThanOrEqual(2);
    expect(made.filter(({ disposed }) => !disposed)).toEqual([]);
  });

  test("a backend that the caller made is not disposed", async () => {
    const backend = await referenceBackend();
    await runConformance(backend, FEWER);
    expect(backend.disposed).toBe(false);
    await backend.dispose();
  });

  test("a factory that cannot make one rejects with its own reason", async () => {
    await expect(runConformance(() => Promise.reject(new Error("no device")))).rejects.toThrow("no device");
  });
});

test.each([
  [{ suites: ["exakt"] }, 'suite ("exakt") must be one of "exact", "bounded"'],
  [{ suites: "exact" }, "suites must be an array"],
  [{ seed: NaN }, "seed (NaN)"],
  [{ randomProblems: -3 }, "randomProblems (-3)"],
  [{ randomProblem: 5 }, 'no key "randomProblem"'],
  [{ limit: 0 }, "limit (0)"],
  [{ selection: "short" }, 'selection ("short")'],
])("a wrong option is refused, not passed over: %j", async (options, words) => {
  await expect(runConformance(referenceBackend, options as object)).rejects.toThrow(words);
});

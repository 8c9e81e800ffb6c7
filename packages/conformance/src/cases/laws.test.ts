/** The laws hold for what is right, find what is wrong, and name the smallest problem that shows it. */

import { type Backend, type Conv2dProblem, formatProblem, parseProblem } from "@convene/core";
import { defineBackend } from "@convene/core/backend";
import { beforeAll, describe, expect, test } from "vitest";
import type { CaseOutcome, ConformanceCase } from "../case.js";
import { faultyBackend, faultyCompute, faultyQuestion } from "../faulty-backends/faulty-backend.js";
import { referenceBackend, referenceImplementation } from "../reference-backend.js";
import { referenceConv2d } from "../reference.js";
import { runConformance } from "../run-conformance.js";
import { LAWS } from "./laws-list.js";
import { lawProblems } from "./laws-problems.js";
import { lawCases } from "./laws.js";
import fc from "fast-check";

let cases: readonly ConformanceCase[];
beforeAll(async () => {
  cases = await lawCases();
});

/** The cases whose name contains `part`, run on a new backend. */
async function outcomeOf(part: string, make: () => Promise<Backend>, seed = 1): Promise<CaseOutcome> {
  const backend = await make();
  try {
    const each = cases.find(({ name }) => name.includes(part))!;
    return await each.run({ backend, accuracy: "fast", seed, another: make });
  } finally {
    await backend.dispose();
  }
}

test.each([1, 2, 2 ** 32 - 1])("the reference keeps every law, with seed %d", async (seed) => {
  const { results } = await runConformance(referenceBackend, { suites: ["laws"], seed });
  expect(results.filter(({ status }) => status !== "passed")).toEqual([]);
  expect(results).toHaveLength(LAWS.length);
});

test("every law has a name of its own, and an example among its problems' like", () => {
  expect(new Set(LAWS.map(({ name }) => name)).size).toBe(LAWS.length);
  for (const { example } of LAWS) expect(formatProblem(parseProblem(example))).toBe(example);
});

/** For each law something that breaks it and is right where the law says nothing. */
const BROKEN: readonly (readonly [law: string, what: string, backend: () => Promise<Backend>])[] = [
  [
    "a combination of inputs",
    "negative inputs count as zero",
    faultyQuestion("rectified", (problem, operands) => [
      problem,
      { ...operands, input: operands.input.map((x) => Math.max(x, 0)) },
    ]),
  ],
  [
    "a sum of weights",
    "weights are kept in eight bits",
    faultyQuestion("narrow", (problem, operands) => [
      problem,
      { ...operands, weight: operands.weight.map((w) => Math.max(-5, Math.min(5, w))) },
    ]),
  ],
  [
    "shifting the input",
    "the last row is a copy of the one before",
    faultyCompute("last-row", (problem, operands, output) => {
      output.set(referenceConv2d(problem, operands).output);
      const { oh, ow } = problem;
      if (oh < 3) return;
      output.forEach((_, at) => {
        if (Math.floor(at / ow) % oh === oh - 1) output[at] = output[at - ow]!;
      });
    }),
  ],
  [
    "padding is the same",
    "the left pad is one too small",
    faultyQuestion("pad", (problem, operands) => [{ ...problem, pl: Math.max(0, problem.pl - 1) }, operands]),
  ],
  [
    "groups are a standard",
    "every group reads the first one's channels",
    faultyQuestion("first-group", (problem, operands) => [
      problem,
      { ...operands, input: operands.input.map((x, at) => (at < operands.input.length / problem.g ? x : 1)) },
    ]),
  ],
  [
    "a depthwise and a pointwise",
    "a depthwise kernel is turned around",
    faultyQuestion("turned", (problem, operands) => [
      problem,
      problem.g > 1 ? { ...operands, weight: operands.weight.slice().reverse() } : operands,
    ]),
  ],
  [
    "a batch gives",
    "the second image gets the bias twice",
    faultyCompute("second-image", (problem, operands, output) => {
      output.set(
        referenceConv2d(problem, operands).output.map((y, at) => y + (at >= output.length / problem.n ? 1 : 0)),
      );
    }),
  ],
  [
    "groups in another order",
    "the first group is dropped",
    faultyCompute("dropped", ({ g, n, ...problem }, operands, output) => {
      const { output: right } = referenceConv2d({ g, n, ...problem }, operands);
      output.set(right.map((y, at) => (g > 1 && at < output.length / (n * g) ? 1 : y)));
    }),
  ],
  [
    "channels in another order",
    "odd channels are one too large",
    faultyCompute("odd", (problem, operands, output) => {
      const { oh, ow, oc, g } = problem;
      const { output: right } = referenceConv2d(problem, operands);
      output.set(right.map((y, at) => y + ((Math.floor(at / (oh * ow)) % oc) % (oc / g) === 1 ? 1 : 0)));
    }),
  ],
  [
    "rows and columns",
    "strides have changed places",
    faultyQuestion("strides", (problem, operands) => [{ ...problem, sw: problem.sh }, operands]),
  ],
  [
    "a 1x1 kernel",
    "the last input channel is left out",
    faultyQuestion("short", (problem, operands) => [
      problem,
      { ...operands, weight: operands.weight.map((w, at) => ((at + 1) % problem.ic === 0 ? 0 : w)) },
    ]),
  ],
  [
    'padding "same"',
    "a pad of two at the right and one at the left are taken the other way around",
    faultyQuestion("same", (problem, operands) => [{ ...problem, pl: problem.pr }, operands]),
  ],
  [
    "dilation is a kernel",
    "columns are not dilated",
    faultyQuestion("dilation", (problem, operands) => [{ ...problem, dw: 1 }, operands]),
  ],
  [
    "bias and residual",
    "the residual is added after the clamp",
    faultyCompute("late", (problem, { residual, ...operands }, output) => {
      output.set(referenceConv2d(problem, operands).output.map((y, at) => y + (residual?.[at] ?? 0)));
    }),
  ],
];

test("the table of broken laws has them all", () => {
  const broken = LAWS.filter(({ name }) => BROKEN.some(([part]) => name.startsWith(part)));
  expect(broken).toEqual(LAWS);
});

describe.each(BROKEN)("%s ...: %s", (part, _what, make) => {
  test("is found, with a small problem that shows it again", async () => {
    const outcome = await outcomeOf(part, make);
    expect(outcome).toMatchObject({
      status: "failed",
      message: expect.stringMatching(/; the smallest counterexample found is \S+ \(operands of seed 1; .*path ".+"\)$/),
      mismatch: expect.objectContaining({ wrong: expect.any(Number) }),
    });
    const [, text] = /counterexample found is (\S+)/.exec(outcome.message!)!;
    const law = LAWS.find(({ name }) => name.startsWith(part))!;
    const backend = await make();
    const only = { ...law, problems: fc.constant(parseProblem(text!)) };
    const { lawCase } = await import("./laws-runner.js");
    const again = await lawCase(only).run({ backend, accuracy: "fast", seed: 1, another: make });
    expect(again.status).toBe("failed");
    expect(again.message!.split(";")[0]).toBe(outcome.message!.split(";")[0]);
    await backend.dispose();
  });

  test("is found again in the same way from the same seed", async () => {
    expect(await outcomeOf(part, make)).toEqual(await outcomeOf(part, make));
  });
});

test("what is found is small", async () => {
  const make = BROKEN.find(([part]) => part === "dilation is a kernel")![2];
  expect((await outcomeOf("dilation is a kernel", make)).message).toContain("ic1_ih1_iw3_oc1_kh1_kw2_dw2");
});

test("an element that is never written breaks a law, though it is missing on both sides", async () => {
  const lost = faultyCompute("lost", (problem, operands, output) => {
    output.set(referenceConv2d(problem, operands).output.subarray(0, -1));
  });
  expect(await outcomeOf("rows and columns", lost)).toMatchObject({
    status: "failed",
    message: expect.stringContaining("element 0 is NaN, of operands that are small integers, in ic1_ih1_oc1_kh1"),
  });
});

test("what breaks the backend for good is the counterexample: anything smaller would fail because of it", async () => {
  const breaking = faultyBackend("breaking", (right) => ({
    prepareConv2d: async (problem, weights, options) => {
      const plan = await right.prepareConv2d(problem, weights, options);
      const run = (): never => {
        throw new Error("lost the device");
      };
      return problem.g > 1 && problem.n > 1 ? { ...plan, run } : plan;
    },
  }));
  const { status, message } = await outcomeOf("rows and columns", breaking);
  expect(status).toBe("failed");
  expect(message).toMatch(/lost the device; the smallest counterexample found is n\d_g\d/);
});

describe("a backend that does not take everything", () => {
  const limited = (takes: (problem: { g: number; paddingMode: string }) => boolean) => async () =>
    defineBackend({
      ...referenceImplementation,
      features: {
        ...referenceImplementation.features,
        supports: (problem) => takes(problem) || { reason: "not done yet" },
      },
    });

  test("skips the laws about what it does not take, and is held to the others", async () => {
    const { results } = await runConformance(
      limited(({ g }) => g === 1),
      { suites: ["laws"] },
    );
    const skipped = results.filter(({ status }) => status === "skipped");
    expect(skipped.map(({ name }) => name).filter((name) => !/group|depthwise/.test(name))).toEqual([]);
    expect(skipped.map(({ message }) => message)).toEqual(skipped.map(() => "not done yet"));
    expect(skipped.length).toBeGreaterThan(1);
    expect(results.filter(({ status }) => status === "passed").length).toBe(results.length - skipped.length);
  });

  test("that takes none of the problems that are drawn has not passed", async () => {
    expect(
      await outcomeOf(
        "a 1x1 kernel",
        limited(() => false),
      ),
    ).toEqual({ status: "skipped", message: "not done yet" });
  });
});

test("drawn problems reach every option, and shrink to the plainest", () => {
  const drawn = fc.sample(lawProblems({}), { seed: 1, numRuns: 500 });
  expect(new Set(drawn.map(({ paddingMode }) => paddingMode)).size).toBe(4);
  expect(new Set(drawn.map(({ activation }) => JSON.stringify(activation))).size).toBe(4);
  const details = fc.check(
    fc.property(lawProblems({}), () => false),
    { seed: 1 },
  );
  expect(formatProblem(details.counterexample![0] as Conv2dProblem)).toBe("ic1_ih1_oc1_kh1_nobias");
});

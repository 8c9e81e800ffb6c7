/** manifest: the suite finds backends whose declarations about themselves are wrong. */

import type { Backend, Conv2dPlan } from "@convene/core";
import { type BackendImplementation, defineBackend } from "@convene/core/backend";
import { describe, expect, test } from "vitest";
import { faultyCompute } from "../faulty-backends/faulty-backend.js";
import { referenceConv2d } from "../reference.js";
import { referenceBackend, referenceImplementation, type ReferenceStorage } from "../reference-backend.js";
import { runConformance } from "../run-conformance.js";
import { manifestCases } from "./manifest.js";

type Implementation = BackendImplementation<ReferenceStorage>;

const OPTIONS = { suites: ["manifest"], limit: 2000, diagnose: false } as const;
const REASON = { reason: "the driver loses them" };

const changed = (change: Partial<Implementation>) => async (): Promise<Backend> =>
  defineBackend({ ...referenceImplementation, ...change });

const declaring = (features: object): (() => Promise<Backend>) =>
  changed({ features: { ...referenceImplementation.features, ...features } });

async function failuresOf(source: Parameters<typeof runConformance>[0]): Promise<readonly (string | undefined)[]> {
  const { results } = await runConformance(source, OPTIONS);
  return results.flatMap(({ status, message }) => (status === "failed" ? [message] : []));
}

test("a backend without limits has the same cases as any, and the reference passes them", async () => {
  const { counts, results } = await runConformance(referenceBackend, OPTIONS);
  expect(counts).toEqual({ passed: results.length, failed: 0, skipped: 0, untrusted: 0 });
  expect(results).toHaveLength((await manifestCases()).length);
  expect(results.length).toBeGreaterThanOrEqual(9);
});

test.each([
  ["nonFinite", 155],
  ["subnormals", 37],
])("a declared limit in %s that does not exist is reported", async (name, count) => {
  const expected = [
    `features.${name} declares "the driver loses them", but all ${count} cases that need it pass: declare true`,
  ];
  expect(await failuresOf(declaring({ [name]: REASON }))).toEqual(expected);
  // The same holds without a second backend for the trial.
  const only = await declaring({ [name]: REASON })();
  expect(await failuresOf(only)).toEqual(expected);
  expect(only.disposed).toBe(false);
});

test("a declared limit that really exists is accepted", async () => {
  const flushing = faultyCompute("flushing", (problem, operands, output) =>
    output.set(referenceConv2d(problem, operands).output.map((y) => (Math.abs(y) < 2 ** -126 ? 0 : y))),
  );
  const honest = async (): Promise<Backend> => {
    const backend = await flushing();
    return { ...backend, features: { ...backend.features, subnormals: REASON } };
  };
  expect(await failuresOf(honest)).toEqual([]);
});

test("a backend that throws because it lacks a declared feature told the truth, too", async () => {
  const throwing = changed({
    features: { ...referenceImplementation.features, nonFinite: REASON },
    upload: (source, target) => {
      if (source.data.some((each) => !Number.isFinite(each) && !Number.isNaN(each))) throw new Error("no infinities");
      referenceImplementation.upload(source, target);
    },
  });
  expect(await failuresOf(throwing)).toEqual([]);
});

test("a limit is not trusted if the backend takes no problem that could show it", async () => {
  const { results } = await runConformance(
    declaring({ nonFinite: REASON, supports: () => ({ reason: "nothing yet" }) }),
    OPTIONS,
  );
  // Only uploads and reads remain, and the suite can try these without a problem.
  expect(results.find(({ name }) => name.startsWith("features.nonFinite"))).toMatchObject({ status: "failed" });
  expect(results.find(({ name }) => name.startsWith("features.supports takes"))).toMatchObject({
    status: "failed",
    message: expect.stringMatching(/^it takes none of \d+ problems/),
  });
});

test.each<[string, object, string]>([
  ["an unknown feature", { winograd: true }, "features.winograd is no feature"],
  ["a limit without a reason", { nonFinite: { reason: " " } }, 'features.nonFinite ({"reason":" "}) must be true or'],
  ["false", { subnormals: false }, "features.subnormals (false) must be true or { reason } in words"],
  ["a list of what it supports", { supports: ["kh3"] }, 'features.supports (["kh3"]) must be a function, or left out'],
  [
    "a refusal without a reason",
    { supports: ({ g }: { g: number }) => (g === 1 ? true : { reason: "" }) },
    ' ({"reason":""}) must be true or { reason } in words',
  ],
])("%s is no manifest", async (_what, features, message) => {
  expect(await failuresOf(declaring(features))).toContainEqual(expect.stringContaining(message));
});

test("an answer that changes is reported", async () => {
  let asked = 0;
  const failures = await failuresOf(declaring({ supports: () => asked++ % 2 === 0 || { reason: "not this time" } }));
  expect(failures).toContainEqual(expect.stringContaining("says one thing and then another"));
});

test("a declared limit that the backend does not keep is reported", async () => {
  const lax = async (): Promise<Backend> => {
    const right = await referenceBackend();
    return { ...right, features: { ...right.features, supports: ({ g }) => g === 1 || { reason: "no groups" } } };
  };
  expect(await failuresOf(lax)).toEqual([
    expect.stringMatching(
      /^features\.supports refuses g\d+_\S+, so prepareConv2d must: it was accepted; expected ERR_UNSUPPORTED$/,
    ),
  ]);
});

test("a limit that exists but is not declared is reported", async () => {
  const secretive = changed({
    prepareConv2d: async (problem, ...rest) => {
      if (problem.g !== 1) throw new Error("groups are not done yet");
      return referenceImplementation.prepareConv2d(problem, ...rest);
    },
  });
  // Two cases report the limit: one prepares with the suite's accuracy, and the other prepares with "strict".
  const message = "ConveneError: reference: groups are not done yet";
  expect(await failuresOf(secretive)).toEqual([message, message]);
});

describe('a plan for accuracy "strict"', () => {
  /** The reference, whose plans are replaced by hand: defineBackend would refuse them. */
  const planning = (change: (right: Conv2dPlan, accuracy: string) => Partial<Conv2dPlan>) => async () => {
    const right = await referenceBackend();
    return {
      ...right,
      prepareConv2d: async (...given: Parameters<Backend["prepareConv2d"]>) => {
        const plan = await right.prepareConv2d(...given);
        const descriptors = Object.getOwnPropertyDescriptors(change(plan, given[2]?.accuracy ?? "fast"));
        return Object.create(plan, descriptors) as Conv2dPlan;
      },
    };
  };

  test("that says that it transforms is reported", async () => {
    expect(await failuresOf(planning(() => ({ arithmetic: "transformed" })))).toEqual([
      'a plan for ic16_ih1_iw9_oc16_kh3_ph1 with accuracy "strict" (reference) has arithmetic "transformed"; a strict plan must be "direct"',
    ]);
  });

  test('that is not exact, though the plan for "fast" is, is reported', async () => {
    const inexact = changed({
      prepareConv2d: async (problem, weights, options) => {
        const right = await referenceImplementation.prepareConv2d(problem, weights, options);
        if (options.accuracy === "fast") return right;
        return {
          ...right,
          run: (input, output, residual) => {
            right.run(input, output, residual);
            output.data[0] = output.data[0]! + 2 ** -10;
          },
        };
      },
    });
    expect(await failuresOf(inexact)).toEqual([
      expect.stringMatching(/^accuracy "strict" \(reference\): 1 of \d+ elements are wrong .* in ic16_ih1_iw9_oc16/),
    ]);
  });

  test.each(["winograd", undefined])("of arithmetic %o is reported, whatever the accuracy", async (arithmetic) => {
    const [taken, strict] = await failuresOf(planning(() => ({ arithmetic: arithmetic as "direct" })));
    expect(taken).toMatch(/^the arithmetic \("?\w+"?\) of a plan for \S+ must be "direct" or "transformed"$/);
    expect(strict).toContain('a strict plan must be "direct"');
  });
});

test.each<[string, Partial<Implementation>, unknown]>([
  ["no device", { device: "" }, 'device ("") must be words'],
  ["no name", { name: "" }, 'name ("") must be words'],
  [
    "a plan with no algorithm",
    {
      prepareConv2d: async (...given) => ({
        ...(await referenceImplementation.prepareConv2d(...given)),
        algorithm: "",
      }),
    },
    expect.stringMatching(/^the algorithm \(""\) of a plan for \S+ must be words$/),
  ],
  ["memory below nothing", { memory: () => ({ used: -64, reserved: 0 }) }, "memory().used (-64) is no size"],
  ["memory of NaN", { memory: () => ({ used: 0, reserved: NaN }) }, "memory().reserved (null) is no size"],
])("%s is reported", async (_what, change, message) => {
  expect(await failuresOf(changed(change))).toEqual([message]);
});

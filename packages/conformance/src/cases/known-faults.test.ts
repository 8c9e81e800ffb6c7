import { formatProblem, parseProblem } from "@convene/core";
import { describe, expect, test } from "vitest";
import { FAULTS } from "../faulty-backends/index.js";
import { referenceBackend } from "../reference-backend.js";
import { runConformance } from "../run-conformance.js";
import { KNOWN_FAULTS } from "./known-faults-list.js";
import { knownFaultCases } from "./known-faults.js";

describe("the list", () => {
  test("has twenty situations or more, and each has its own address of an issue or a change", () => {
    expect(KNOWN_FAULTS.length).toBeGreaterThanOrEqual(20);
    const addresses = KNOWN_FAULTS.flatMap(({ address }) => address ?? []);
    expect(addresses.length).toBeGreaterThanOrEqual(30);
    expect(new Set(addresses).size).toBe(addresses.length);
    for (const address of addresses) {
      expect(address).toMatch(/^https:\/\/github\.com\/[\w.-]+\/[\w.-]+\/(issues|pull)\/\d+$/);
    }
  });

  test.each(KNOWN_FAULTS.flatMap(({ problems }) => problems))("%s is written as its own string", (text) =>
    expect(formatProblem(parseProblem(text))).toBe(text),
  );

  test("each case has a name of its own, which begins with its first problem", async () => {
    const names = (await knownFaultCases()).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.map((name) => name.split(",")[0])).toEqual(KNOWN_FAULTS.map(({ problems }) => problems[0]));
  });
});

test("the reference passes all cases", async () => {
  const { counts } = await runConformance(referenceBackend, { suites: ["known-faults"] });
  expect(counts).toEqual({ passed: KNOWN_FAULTS.length, failed: 0, untrusted: 0, skipped: 0 });
});

test("a failure has the address of the report", async () => {
  const { backend } = FAULTS.find(({ name }) => name === "tile-of-32-columns")!;
  const { results } = await runConformance(backend, { suites: ["known-faults"] });
  const failed = results.filter(({ status }) => status === "failed");
  expect(failed.map(({ message }) => message)).toEqual([
    expect.stringMatching(/elements are wrong .* told at https:\/\/github\.com\/tensorflow\/tfjs\/issues\/1936$/),
    expect.stringMatching(/elements are wrong .* told at https:\/\/github\.com\/tensorflow\/tfjs\/issues\/6284$/),
  ]);
});

test("a backend that does not take one of a case's problems skips the case, with its own reason", async () => {
  const right = await referenceBackend();
  const narrow = {
    ...right,
    features: {
      ...right.features,
      supports: ({ dh }: { dh: number }) => (dh < 4 ? true : { reason: "dilations to 3" }),
    },
  };
  const { results } = await runConformance(narrow, { suites: ["known-faults"] });
  expect(results.filter(({ status }) => status === "skipped").map(({ message }) => message)).toEqual([
    "dilations to 3",
  ]);
});

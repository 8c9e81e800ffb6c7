/** The diagnosis on some faulty backends of each nature; scripts/diagnosis-table.ts measures it on all of them. */

import type { Backend } from "@convene/core";
import { describe, expect, test } from "vitest";
import { referenceBackend } from "../reference-backend.js";
import {
  diagnoseFault,
  diagnosePair,
  judge,
  measuredFaults,
  nameFaults,
  quickCases,
  runCases,
} from "../testing/diagnose-fault.js";
import { diagnose } from "./diagnose.js";

const PATIENCE = 120_000;

describe("the first finding names", () => {
  test.each(
    measuredFaults(
      /^(right-pad-for-left|groups-swapped|depthwise-dilation-of-4|winograd-says-direct|float16-weights|weights-not-copied|concat-in-reverse|max-pool-ignores-dilation|max-pool-window-a-row-short|codes-of-its-own)$/,
    ),
  )("$name", { timeout: PATIENCE }, async (fault) => {
    const told = await diagnoseFault(fault);
    expect(judge(told), told.texts[0]).toEqual({ accepted: true, unrelated: false });
  });
});

test("two faults give two findings, which name both", { timeout: PATIENCE }, async () => {
  const pair = ["weights-as-iohw", "bias-of-the-first-group"] as const;
  const texts = await diagnosePair(...pair);
  expect(nameFaults(pair, texts), texts.join("\n")).toEqual(pair);
});

test("the same run gives the same words", { timeout: PATIENCE }, async () => {
  const [fault] = measuredFaults(/^pad-off-by-one$/);
  const [one, two] = [await diagnoseFault(fault!), await diagnoseFault(fault!)];
  expect(one.texts).toEqual(two.texts);
});

test("an operation that throws gives one finding, which repeats its words", { timeout: PATIENCE }, async () => {
  const factory = async (): Promise<Backend> => {
    const backend = await referenceBackend();
    return {
      ...backend,
      prepareOperation(problem, weights) {
        if (problem.kind === "avgPool2d") throw new TypeError(`no kernel for ${problem.ih} rows`);
        return backend.prepareOperation(problem, weights);
      },
    };
  };
  const cases = await quickCases(["operations"]);
  const results = await runCases(factory, cases);
  const { findings } = await diagnose({ cases, results, factory, accuracy: "fast", seed: 1 });
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({ cause: "it says: TypeError: no kernel for 1 rows", certain: false });
  expect(findings[0]!.rule).toMatch(/^avgPool2d fails everywhere/);
});

test("without a failure there are no findings", async () => {
  const cases = (await quickCases(["exact"])).slice(0, 5);
  const results = await runCases(referenceBackend, cases);
  expect(await diagnose({ cases, results, factory: referenceBackend, accuracy: "fast", seed: 1 })).toEqual({
    findings: [],
  });
});

test(
  "without a factory nothing is tried, but the results of the run are still compared",
  { timeout: PATIENCE },
  async () => {
    const [fault] = measuredFaults(/^groups-swapped$/);
    const cases = await quickCases(["exact"]);
    const results = await runCases(fault!.backend, cases);
    const { findings } = await diagnose({ cases, results, factory: undefined, accuracy: "fast", seed: 1 });
    expect(findings[0]!.rule).toMatch(/ails where(ver)? .*g > 1/);
    expect(findings[0]!.certain).toBe(false);
  },
);

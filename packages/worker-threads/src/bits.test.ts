/** worker-threads against cpu with the same kernels: not close, the same. */

import { randomSource } from "@convene/conformance";
import { parseProblem } from "@convene/core";
import { OPERATION_KINDS } from "@convene/core/backend";
import { cpu } from "@convene/cpu";
import { expect, it } from "vitest";
import { workerThreads, type WorkerThreadsOptions } from "./index.js";
import { operationExample, OPERATIONS } from "./testing/operations.js";
import { type Example, problemExample, randomProblemExample, sameBits } from "./testing/problems.js";

/** A thousand where CONVENE_LONG is set. races.test.ts compares as many again, with delays. */
const PROBLEMS = process.env["CONVENE_LONG"] === undefined ? 150 : 1000;
/** Cut into many jobs. */
const LARGE = [
  "ic3_ih112_oc32_kh3_sh2_ph1_relu6",
  "g64_ic64_ih56_oc64_kh3_ph1",
  "ic64_ih28_oc128_kh1_residual",
  "g32_ic128_ih28_oc128_kh3_ph1",
  "n3_ic32_ih28_oc40_kh3_ph1",
];

/** Compares each example so many times, and counts the elements. */
async function compare(options: WorkerThreadsOptions, examples: readonly Example[], times: number): Promise<number> {
  const [one, many] = [await cpu(), await workerThreads(options)];
  let elements = 0;
  for (const example of examples) {
    const expected = await example.bits(one);
    elements += expected.length;
    for (let i = 0; i < times; i++) expect(sameBits(await example.bits(many), expected), example.name).toBe(true);
  }
  await Promise.all([one.dispose(), many.dispose()]);
  return elements;
}

const OPTIONS: readonly WorkerThreadsOptions[] = [
  { threads: 1 },
  { threads: 2 },
  { threads: 7 },
  { threads: 2, caller: "joins" },
];

it.each(OPTIONS)(`%j has the bits of cpu on ${PROBLEMS} random problems`, async (options) => {
  const random = randomSource(2_000 + options.threads!);
  const examples = Array.from({ length: PROBLEMS }, (_, at) => randomProblemExample(`random problem ${at}`, random));
  expect(await compare(options, examples, 1)).toBeGreaterThan(100 * PROBLEMS);
});

it.each(OPTIONS.slice(1))("%j has the bits of cpu on layers of many jobs, ten times", async (options) => {
  await compare(
    options,
    LARGE.map((text) => problemExample(text, parseProblem(text), 3)),
    10,
  );
});

it.each(OPTIONS)("%j has the bits of cpu on operations of every kind, three times", async (options) => {
  expect([...new Set(OPERATIONS.map(({ kind }) => kind))].sort()).toEqual([...OPERATION_KINDS].sort());
  await compare(
    options,
    OPERATIONS.map((problem) => operationExample(problem, 5)),
    3,
  );
});

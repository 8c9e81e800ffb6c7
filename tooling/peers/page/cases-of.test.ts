import { SUITE_NAMES } from "@convene/conformance";
import { expect, test } from "vitest";
import { selectCases } from "../../../packages/conformance/src/select-cases.js";
import { casesOf } from "./cases-of.js";

// Once the page had random problems in a quick run, which has none: each page ran nothing, and another one came after it.
test.each([
  ["quick", undefined],
  ["quick", 3],
  ["full", undefined],
] as const)("%s, %s random problems: the page's cases are those that run", async (selection, randomProblems) => {
  for (const suite of SUITE_NAMES) {
    const random = randomProblems === undefined ? {} : { randomProblems };
    const cases = await casesOf({ suites: [suite], selection, seed: 1, ...random });
    const names = cases.map(({ name }) => name);
    const run = await selectCases({ suites: [suite], selection, seed: 1, only: names, ...random });
    expect(run.map(({ name }) => name)).toEqual(names);
  }
});

import { type ConcatProblem, parseOperation } from "@convene/core";
import { expect, it } from "vitest";
import { DISTINCT, eachPlace, indexIn, javaScriptBackend, runOperation } from "../testing/run-operation.js";
import { concat } from "./concat.js";

const expected = (problem: ConcatProblem): readonly number[] =>
  eachPlace(problem, (n, c, y, x) => {
    let input = 0;
    let channel = c;
    while (channel >= problem.channels[input]!) channel -= problem.channels[input++]!;
    return DISTINCT(indexIn(problem, input)(n, channel, y, x), input);
  });

it.each([
  ["concat_n2_channels4:8:3_h2_w3", "texels"],
  ["concat_n2_channels3:1:6_h2_w3", "lanes"],
  ["concat_channels5_h2", "texels"],
  ["concat_channels1:1:1:1:1:1:1:1:1:1:1_h1", "lanes"],
])("%s puts the inputs' channels one after another, by %s", async (text, how) => {
  const { data, algorithm, problem } = await runOperation(text);
  expect(data).toEqual(expected(problem as ConcatProblem));
  expect(algorithm).toBe(`concat by ${how} cpu`);
});

it("concatenates in several steps if a kernel cannot read all inputs at once", async () => {
  const text = "concat_n2_channels1:2:3:4:5:6:7:8:9:10_h1_w2";
  const backend = javaScriptBackend(3);
  const { data, problem } = await runOperation(text, { backend });
  expect(data).toEqual(expected(problem as ConcatProblem));
  await backend.dispose();
});

it("reads no more tensors in a step than a kernel can bind, and each input once", () => {
  const problem = parseOperation("concat_channels1:2:3:4:5:6:7:8:9:10_h1") as ConcatProblem;
  const { steps } = concat.steps(problem, 3);
  const reads = steps.flatMap((step) => Object.values(step.reads));
  expect(steps.every((step) => Object.keys(step.reads).length <= 3)).toBe(true);
  expect(
    reads
      .filter(({ of }) => of === "input")
      .map(({ index }) => index)
      .sort((a, b) => a - b),
  ).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(reads.filter(({ of }) => of === "step")).toHaveLength(steps.length - 1);
});

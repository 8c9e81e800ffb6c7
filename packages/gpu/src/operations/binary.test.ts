import { type BinaryProblem, parseOperation } from "@convene/core";
import { expect, it } from "vitest";
import { DISTINCT, eachPlace, indexIn, runOperation } from "../testing/run-operation.js";
import { binary } from "./binary.js";

it.each([
  "add_n2_c5_h2_w3",
  "multiply_c3_h2",
  "add_n2_c5_h2_w3_perChannel",
  "multiply_n2_c6_h2_w3_perChannel_clamp2004000:2010000",
  "add_c3_h2_relu6",
])("%s combines two inputs", async (text) => {
  const { data, problem } = await runOperation(text);
  const { kind, perChannel, activation } = problem as BinaryProblem;
  const [a, b] = [indexIn(problem, 0), indexIn(problem, 1)];
  const [min, max] = typeof activation === "object" ? activation.clamp : activation ? [0, 6] : [-Infinity, Infinity];
  const expected = eachPlace(problem, (n, c, y, x) => {
    const [first, second] = [DISTINCT(a(n, c, y, x), 0), DISTINCT(perChannel ? b(n, c, 0, 0) : b(n, c, y, x), 1)];
    return Math.min(Math.max(kind === "add" ? first + second : first * second, min), max);
  });
  expect(data).toEqual(expected);
});

it("refuses a clamp whose two bounds are the same infinity", () => {
  const problem = parseOperation("add_c1_h1_clampInfinity:Infinity") as BinaryProblem;
  expect(binary.refuse!(problem)).toMatch(/a clamp to an infinity alone/);
});

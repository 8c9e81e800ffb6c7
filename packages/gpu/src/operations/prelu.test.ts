import { expect, it } from "vitest";
import { eachPlace, indexIn, runOperation } from "../testing/run-operation.js";

it("multiplies numbers below 0 by their channel's slope, and keeps NaN", async () => {
  const slope = Float32Array.of(0.5, -1, 2, 0.25, 4);
  const fill = (element: number): number => (element === 0 ? NaN : element % 3 === 0 ? element : -element);
  const { data, problem } = await runOperation("prelu_n2_c5_h2_w3", { fill, parameters: { slope } });
  const from = indexIn(problem, 0);
  const expected = eachPlace(problem, (n, c, y, x) => {
    const value = fill(from(n, c, y, x));
    return value < 0 ? value * slope[c]! : value;
  });
  expect(data).toEqual(expected);
});

import type { SoftmaxProblem } from "@convene/core";
import { expect, it } from "vitest";
import { eachPlace, indexIn, runOperation } from "../testing/run-operation.js";

it.each(["softmax_c1_h1", "softmax_n2_c5_h2_w3", "softmax_c4_h2", "softmax_n2_c19_h1", "softmax_c1000_h1"])(
  "%s is over the channels of each pixel, also for large values",
  async (text) => {
    const fill = (element: number): number => 500 + ((element * 37) % 101) / 4;
    const { data, problem } = await runOperation(text, { fill });
    const p = problem as SoftmaxProblem;
    const index = indexIn(p, 0);
    const value = (n: number, c: number, y: number, x: number): number => fill(index(n, c, y, x));
    const expected = eachPlace(p, (n, c, y, x) => {
      let sum = 0;
      for (let k = 0; k < p.c; k++) sum += Math.exp(value(n, k, y, x) - value(n, c, y, x));
      return 1 / sum;
    });
    const worst = Math.max(...data.map((each, i) => Math.abs(each / expected[i]! - 1)));
    expect(worst).toBeLessThan((16 + p.c) * 2 ** -24);
  },
);

it.each([0, 2, 4])("a NaN in channel %d gives NaN in its own pixel only", async (channel) => {
  const fill = (element: number): number => (element === channel * 2 ? NaN : element);
  const { data } = await runOperation("softmax_c5_h1_w2", { fill });
  expect(data.map((each) => Number.isNaN(each))).toEqual([0, 1, 2, 3, 4].flatMap(() => [true, false]));
});

it("softmax gives 0 for minus infinity beside a number", async () => {
  const { data } = await runOperation("softmax_c3_h1", { fill: (element) => (element === 1 ? -Infinity : 2) });
  expect(data).toEqual([0.5, 0, 0.5]);
});

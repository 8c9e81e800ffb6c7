import type { GroupNormProblem, LayerNormProblem } from "@convene/core";
import { expect, it } from "vitest";
import { eachPlace, indexIn, runOperation } from "../testing/run-operation.js";

const fill = (element: number): number => ((element * 37) % 101) / 8 - 6;

/** Mean and deviation of values. */
function statisticsOf(values: readonly number[], eps: number): readonly [mean: number, deviation: number] {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  return [mean, Math.sqrt(variance + eps)];
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

it.each([
  "groupNorm_n2_g3_c6_h2_w3",
  "groupNorm_g1_c5_h1",
  "groupNorm_n2_g5_c5_h3_w1",
  "groupNorm_g2_c10_h4_eps0.5",
  "groupNorm_g9_c9_h1_w7",
])("%s has the mean and the variance of each group of each image", async (text) => {
  const { data, problem } = await runOperation(text, { fill });
  const p = problem as GroupNormProblem;
  const index = indexIn(p, 0);
  const each = p.c / p.g;
  const expected = eachPlace(p, (n, c, y, x) => {
    const channels = range(each).map((k) => Math.floor(c / each) * each + k);
    const values = channels.flatMap((k) =>
      range(p.h).flatMap((row) => range(p.w).map((at) => fill(index(n, k, row, at)))),
    );
    const [mean, deviation] = statisticsOf(values, p.eps);
    return (fill(index(n, c, y, x)) - mean) / deviation;
  });
  const worst = Math.max(...data.map((value, i) => Math.abs(value - expected[i]!)));
  expect(worst).toBeLessThan((each * p.h * p.w + 32) * 2 ** -23);
});

it.each(["layerNorm_n2_c5_h2_w3", "layerNorm_c4_h2", "layerNorm_n2_c19_h1_eps0.5", "layerNorm_c768_h1"])(
  "%s has the mean and the variance of each pixel's channels",
  async (text) => {
    const { data, problem } = await runOperation(text, { fill });
    const p = problem as LayerNormProblem;
    const index = indexIn(p, 0);
    const expected = eachPlace(p, (n, c, y, x) => {
      const values = range(p.c).map((k) => fill(index(n, k, y, x)));
      const [mean, deviation] = statisticsOf(values, p.eps);
      return (fill(index(n, c, y, x)) - mean) / deviation;
    });
    const worst = Math.max(...data.map((value, i) => Math.abs(value - expected[i]!)));
    expect(worst).toBeLessThan((p.c + 32) * 2 ** -23);
  },
);

it("a NaN makes its own group or pixel NaN, and no other", async () => {
  const nan = (element: number): number => (element === 0 ? NaN : element);
  const groups = await runOperation("groupNorm_g2_c4_h1_w2", { fill: nan });
  expect(groups.data.map((each) => Number.isNaN(each))).toEqual([true, true, true, true, false, false, false, false]);
  const pixels = await runOperation("layerNorm_c3_h1_w2", { fill: nan });
  expect(pixels.data.map((each) => Number.isNaN(each))).toEqual([true, false, true, false, true, false]);
});

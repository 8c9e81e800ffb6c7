import type { UpsampleProblem } from "@convene/core";
import { upsampleSources } from "@convene/core/backend";
import { expect, it } from "vitest";
import { DISTINCT, eachPlace, indexIn, runOperation } from "../testing/run-operation.js";

it.each([
  "upsample_n2_c5_ih3_iw2_oh6_ow7_nearest",
  "upsample_c3_ih5_iw4_oh3_ow9_nearest_halfPixel_roundPreferCeil",
  "upsample_n2_c5_ih3_iw2_oh6_ow7_bilinear_halfPixel",
  "upsample_c3_ih3_iw5_oh7_ow2_bilinear_alignCorners",
  "upsample_c1_ih1_oh3_bilinear",
])("%s reads the pixels that core's upsampleSources names", async (text) => {
  const { data, problem } = await runOperation(text);
  const p = problem as UpsampleProblem;
  const [rows, columns] = [upsampleSources(p, "h"), upsampleSources(p, "w")];
  const value = (n: number, c: number, y: number, x: number): number => DISTINCT(indexIn(p, 0)(n, c, y, x), 0);
  const expected = eachPlace(p, (n, c, y, x) => {
    const [down, across] = [rows.weight[y]!, columns.weight[x]!];
    const row = (at: number): number =>
      (1 - across) * value(n, c, at, columns.low[x]!) + across * value(n, c, at, columns.high[x]!);
    return (1 - down) * row(rows.low[y]!) + down * row(rows.high[y]!);
  });
  const worst = Math.max(...data.map((each, i) => Math.abs(each - expected[i]!) / expected[i]!));
  expect(worst).toBeLessThanOrEqual(p.mode === "nearest" ? 0 : 8 * 2 ** -24);
});

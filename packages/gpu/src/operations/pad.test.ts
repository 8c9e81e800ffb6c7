import type { PadProblem } from "@convene/core";
import { expect, it } from "vitest";
import { DISTINCT, eachPlace, indexIn, runOperation } from "../testing/run-operation.js";

it.each([
  ["pad_n2_c5_ih2_iw3_pt1_pl2_pr1_value7", "texels"],
  ["pad_n2_c4_ih2_pf4_pk3_pb2_value-0.5", "texels"],
  ["pad_c5_ih2_pf4_pk3_value3", "lanes"],
  ["pad_n2_c3_ih1_iw2_pf1_pl1", "lanes"],
  ["pad_c3_ih2_pt1_value-Infinity", "texels"],
  ["pad_c3_ih2", "texels"],
])("%s puts a constant around, by %s", async (text, how) => {
  const { data, algorithm, problem } = await runOperation(text);
  const { c: channels, ih, iw, pf, pt, pl, value } = problem as PadProblem;
  const from = indexIn(problem, 0);
  const within = (at: number, size: number): boolean => at >= 0 && at < size;
  const expected = eachPlace(problem, (n, c, y, x) =>
    within(c - pf, channels) && within(y - pt, ih) && within(x - pl, iw)
      ? DISTINCT(from(n, c - pf, y - pt, x - pl), 0)
      : value,
  );
  expect(data).toEqual(expected);
  expect(algorithm).toBe(`pad by ${how} cpu`);
});

import type { PixelShuffleProblem } from "@convene/core";
import { expect, it } from "vitest";
import { DISTINCT, eachPlace, indexIn, runOperation } from "../testing/run-operation.js";

it.each([
  ["pixelShuffle_ic12_ih2_iw3_rh2", "lanes"],
  ["pixelShuffle_n2_ic18_ih2_iw1_rh2_rw3", "lanes"],
  ["pixelShuffle_n2_ic18_ih2_iw1_rh2_rw3_dcr", "lanes"],
  ["pixelShuffle_n2_ic32_ih2_iw3_rh2_dcr", "texels"],
  ["pixelShuffle_ic5_ih2_rh1", "lanes"],
])("%s lays channels out as pixels, by %s", async (text, how) => {
  const { data, algorithm, problem } = await runOperation(text);
  const { ic, rh, rw, order } = problem as PixelShuffleProblem;
  const oc = ic / (rh * rw);
  const from = indexIn(problem, 0);
  const expected = eachPlace(problem, (n, c, y, x) => {
    const phase = (y % rh) * rw + (x % rw);
    return DISTINCT(
      from(n, order === "crd" ? c * rh * rw + phase : phase * oc + c, Math.floor(y / rh), Math.floor(x / rw)),
      0,
    );
  });
  expect(data).toEqual(expected);
  expect(algorithm).toBe(`pixelShuffle by ${how} cpu`);
});

import type { SliceProblem } from "@convene/core";
import { expect, it } from "vitest";
import { DISTINCT, eachPlace, indexIn, runOperation } from "../testing/run-operation.js";

it.each([
  ["slice_c7_ih5_iw6_oc6_oh2_ow3_fh1_fw1_sh2", "slice by texels cpu"],
  ["slice_n2_c9_ih4_iw3_oc3_fc4", "slice by texels cpu"],
  ["slice_n2_c9_ih4_iw5_oc5_oh4_ow2_fc3_fw1_sh1_sw3", "slice by lanes cpu"],
  ["slice_c6_ih2_oc1_fc5", "slice by lanes cpu"],
])("%s copies the part that the problem describes: %s", async (text, expected) => {
  const { data, algorithm, problem } = await runOperation(text);
  const { fc, fh, fw, sh, sw } = problem as SliceProblem;
  const from = indexIn(problem, 0);
  expect(data).toEqual(eachPlace(problem, (n, c, y, x) => DISTINCT(from(n, c + fc, y * sh + fh, x * sw + fw), 0)));
  expect(algorithm).toBe(expected);
});

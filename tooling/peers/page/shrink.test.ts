import { type Conv2dProblem, formatProblem, parseProblem } from "@convene/core";
import { describe, expect, test } from "vitest";
import { shrinkProblem } from "./shrink.js";

async function shrink(text: string, isWrong: (problem: Conv2dProblem) => boolean, most = 200) {
  const { problem, ...rest } = await shrinkProblem(
    parseProblem(text),
    async (each) => (isWrong(each) ? "1 of 9 elements are wrong" : undefined),
    most,
  );
  return { problem: formatProblem(problem), ...rest };
}

describe("a failure becomes the smallest problem that still fails", () => {
  test.each<[string, string, (problem: Conv2dProblem) => boolean, string]>([
    [
      "groups of many outputs that are no multiple of 4",
      "n2_g4_ic8_ih12_oc40_kh3_sh2_ph2_dh2_residual_relu",
      ({ g, oc }) => g > 1 && oc / g > 4 && (oc / g) % 4 !== 0 && (oc / g) % 2 === 0,
      "g2_ic2_ih1_oc20_kh1_nobias",
    ],
    [
      "six input channels",
      "n3_ic6_ih9_iw12_oc8_kh3_ph1_clamp-5:40",
      ({ ic, kh, oc }) => ic % 6 === 0 && kh > 1 && oc % 4 === 0,
      "ic6_ih2_iw1_oc4_kh2_kw1_nobias",
    ],
    [
      "a stride and a pad at the end",
      "g3_ic6_ih14_oc6_kh5_sh3_ph2_reflect",
      ({ sh, pb }) => sh > 1 && pb > 0,
      "ic1_ih1_oc1_kh1_sh2_sw1_pb1_nobias",
    ],
  ])("%s", async (_, text, isWrong, smallest) => {
    const found = await shrink(text, isWrong);
    expect(isWrong(parseProblem(found.problem))).toBe(true);
    expect(found.problem).toBe(smallest);
  });
});

test("stays within its tries, and gives the smallest problem so far", async () => {
  const found = await shrink("n2_g4_ic8_ih12_oc40_kh3_ph2_residual_relu", ({ ih }) => ih > 2, 5);
  expect(found.tries).toBe(5);
  expect(found.problem).not.toContain("relu");
});

test("a problem that does not fail again is returned, and the message says so", async () => {
  expect(await shrink("ic4_ih5_oc4_kh3", () => false)).toEqual({
    problem: "ic4_ih5_oc4_kh3",
    message: "does not fail when it runs again",
    tries: 1,
  });
});

test("another failure is not taken for this one", async () => {
  const { problem } = await shrinkProblem(
    parseProblem("ic4_ih5_oc4_kh3_circular_ph1"),
    async ({ paddingMode, ic }) => {
      if (paddingMode === "circular") return "Invalid mode 3";
      return ic > 1 ? "2 of 9 elements are wrong" : undefined;
    },
    100,
  );
  expect(problem.paddingMode).toBe("circular");
});

test("WebGPU's errors count as one failure: first about the shader, later about its pipeline", async () => {
  let told = 0;
  const { problem } = await shrinkProblem(
    parseProblem("ic4_ih5_oc4_kh3_ph1_circular"),
    async ({ pt }) => {
      if (pt === 0) return undefined;
      return told++ === 0 ? "WebGPU: error while parsing WGSL" : "WebGPU: the compute pipeline is invalid";
    },
    200,
  );
  expect(problem).toMatchObject({ ic: 1, oc: 1, kh: 1 });
});

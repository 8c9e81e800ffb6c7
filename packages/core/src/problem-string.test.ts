import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conv2dProblem, type Conv2dProblemSpec } from "./problem.js";
import { formatProblem, parseProblem } from "./problem-string.js";
import { arbitraryProblem } from "./testing/arbitrary-problem.js";
import { expectError } from "./testing/expect-error.js";

describe("formatProblem and parseProblem", () => {
  it("round-trip every problem", () => {
    fc.assert(
      fc.property(arbitraryProblem, (problem) => {
        expect(parseProblem(formatProblem(problem))).toEqual(problem);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it.each([
    "ic3_ih224_oc32_kh3_sh2_ph1",
    "g32_ic32_ih112_oc32_kh3_ph1",
    "ic32_ih112_oc64_kh1",
    "g256_ic256_ih28_oc256_kh3_sh2_ph1",
    "ic1024_ih7_oc1024_kh1",
    "g32_ic128_ih56_oc128_kh3_ph1",
    "n2_ic4_ih8_iw9_oc6_kh3_kw1_sh2_sw1_ph1_pw0_dh3_dw2",
    "ic4_ih8_oc6_kh3_sw2_pw1_dw2",
    "ic3_ih224_oc32_kh3_sh2_pb1_pr1_relu6",
    "ic4_ih8_oc6_kh3_pt1_pl2_pb3_pr4",
    "ic4_ih8_oc4_kh3_ph1_reflect_nobias_residual_relu",
    "ic4_ih8_oc4_kh1_replicate",
    "ic4_ih8_oc4_kh1_circular_clamp-0.5:6",
    "ic4_ih8_oc4_kh1_clamp-Infinity:1",
  ])("give %s back unchanged", (text) => {
    expect(formatProblem(parseProblem(text))).toBe(text);
  });

  it.each<[string, Conv2dProblemSpec]>([
    ["ic3_ih9_oc4_kh3", { ic: 3, ih: 9, oc: 4, kh: 3 }],
    ["ic3_ih9_oc4_kh3_ph1", { ic: 3, ih: 9, oc: 4, kh: 3, pt: 1, pl: 1, pb: 1, pr: 1 }],
    ["ic3_ih9_oc4_kh3_ph1_pw2", { ic: 3, ih: 9, oc: 4, kh: 3, pt: 1, pl: 2, pb: 1, pr: 2 }],
    ["ic3_ih9_oc4_kh3_pw2", { ic: 3, ih: 9, oc: 4, kh: 3, pl: 2, pr: 2 }],
    ["ic3_ih9_oc4_kh3_pt2", { ic: 3, ih: 9, oc: 4, kh: 3, pt: 2 }],
    ["ic3_ih9_oc4_kh3_sh2_dw3", { ic: 3, ih: 9, oc: 4, kh: 3, sh: 2, sw: 2, dh: 1, dw: 3 }],
    ["relu_kh3_oc4_ih9_ic3", { ic: 3, ih: 9, oc: 4, kh: 3, activation: "relu" }],
    ["ic3_ih9_oc4_kh3_clamp-1:1e3", { ic: 3, ih: 9, oc: 4, kh: 3, activation: { clamp: [-1, 1000] } }],
    ["n1_g1_ic3_ih9_iw9_oc4_kh3_ph0", { ic: 3, ih: 9, oc: 4, kh: 3 }],
  ])("parseProblem(%s) gives the problem of the same fields", (text, spec) => {
    expect(parseProblem(text)).toEqual(conv2dProblem(spec));
  });
});

describe("parseProblem refuses", () => {
  it.each<[string, string]>([
    ["", 'problem "": "" is none of its words'],
    ["_", '"" is none of its words'],
    ["ic3_ih9_oc4_kh3_", '"" is none of its words'],
    ["ic3_ih9_oc4_kh3_zz1", '"zz1" is none of its words (n g ic ih'],
    ["ic3_ih9_oc4_kh3_oh7", '"oh7" is none of its words'],
    ["ic3_ih9_oc4_kh3_relu7", '"relu7" is none of its words'],
    ["ic3_ih9_oc4_kh3_zeros", '"zeros" is none of its words'],
    ["ic3.5_ih9_oc4_kh3", '"ic3.5" is none of its words'],
    ["ic-3_ih9_oc4_kh3", '"ic-3" is none of its words'],
    ["ic_ih9_oc4_kh3", '"ic" is none of its words'],
    ["IC3_ih9_oc4_kh3", '"IC3" is none of its words'],
    ["ic3 ih9 oc4 kh3", '"ic3 ih9 oc4 kh3" is none of its words'],
    ["ic3_ih9_oc4_kh3\n", '"kh3\\n" is none of its words'],
    ["ih9_oc4_kh3", "ic is missing; an example is g32_ic128_ih56_oc128_kh3_ph1"],
    ["ic3_oc4_kh3", "ih is missing"],
    ["ic3_ih9_kh3", "oc is missing"],
    ["ic3_ih9_oc4", "kh is missing"],
    ["ic3_ic3_ih9_oc4_kh3", '"ic3" says again what was said already'],
    ["ic3_ih9_oc4_kh3_relu_relu6", '"relu6" says again'],
    ["ic3_ih9_oc4_kh3_relu_clamp0:1", '"clamp0:1" says again'],
    ["ic3_ih9_oc4_kh3_reflect_circular", '"circular" says again'],
    ["ic3_ih9_oc4_kh3_nobias_nobias", '"nobias" says again'],
    ["ic3_ih9_oc4_kh3_residual_residual", '"residual" says again'],
    ["ic3_ih9_oc4_kh3_ph1_pt1", "ph and pw exclude pt, pl, pb and pr"],
    ["ic3_ih9_oc4_kh3_pr1_pw1", "ph and pw exclude pt, pl, pb and pr"],
    ["ic0_ih9_oc4_kh3", "inChannels (0) must be an integer from 1"],
    ["ic2147483648_ih9_oc4_kh3", "inChannels (2147483648) must be an integer from 1 to 2^31 - 1"],
    ["ic99999999999999999999999_ih9_oc4_kh3", "must be an integer from 1 to 2^31 - 1"],
    ["g2_ic3_ih9_oc4_kh3", "groups (2) must divide inChannels (3)"],
    ["ic3_ih9_oc4_kh3_clamp", '"clamp" is none of its words'],
    ["ic3_ih9_oc4_kh3_clamp1", '"clamp1" is none of its words'],
    ["ic3_ih9_oc4_kh3_clampa:b", 'the bounds of "clampa:b" must be numbers'],
    ["ic3_ih9_oc4_kh3_clamp0:b", 'the bounds of "clamp0:b" must be numbers'],
    ["ic3_ih9_oc4_kh3_clampa:6", 'the bounds of "clampa:6" must be numbers'],
    ["ic3_ih9_oc4_kh3_clamp2:1", "activation.clamp ([2, 1]): min must not be above max"],
    [`ic3_${"x".repeat(1000)}`, "is none of its words"],
  ])("%j", (text, words) => {
    expectError(() => parseProblem(text), "ERR_INVALID_OPTION", words);
  });

  it.each<[string, string]>([
    ["ic3_ih2_oc4_kh3", "kernelSize (3 x 3) must fit in the padded input (2 x 2)"],
    ["ic3_ih65536_oc4_kh3", "input ([1, 3, 65536, 65536]) has 12884901888 elements; the most is 2^31 - 1"],
    ["ic3_ih2_oc4_kh3_ph2_reflect", 'padding (2) must be at most 1 where paddingMode is "reflect"'],
  ])("%s, whose sizes do not fit", (text, words) => {
    expectError(() => parseProblem(text), "ERR_SHAPE", words);
  });

  it.each([[undefined], [null], [3], [{ ic: 3 }], [["ic3"]]])("%o, which is no string", (value) => {
    expectError(() => parseProblem(value as unknown as string), "ERR_INVALID_OPTION", "problem (", "must be a string");
  });
});

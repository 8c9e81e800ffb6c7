import { parseProblem } from "@convene/core";
import { expect, test } from "vitest";
import { hasSamePads } from "./same-pads.js";

test.each([
  ["ic1_ih5_oc1_kh3_ph1", "a stride of 1 keeps the size"],
  ["ic1_ih6_oc1_kh3_sh2_pb1_pr1", "an odd pad comes at the end"],
  ["ic1_ih5_oc1_kh3_sh2_ph1", "5 rows and a stride of 2: 3 rows, one pad on each side"],
  ["ic1_ih8_oc1_kh1_sh2", "a kernel smaller than the stride needs none"],
  ["ic1_ih7_oc1_kh3_ph2_dh2", "a dilated kernel counts as wide as it reaches"],
])("%s is SAME: %s", (text) => expect(hasSamePads(parseProblem(text))).toBe(true));

test.each([
  ["ic1_ih5_oc1_kh3", "no pads"],
  ["ic1_ih6_oc1_kh3_sh2_pt1_pl1", "the odd pad at the start is SAME_LOWER"],
  ["ic1_ih6_oc1_kh3_sh2_ph1", "one pad too many"],
  ["ic1_ih5_oc1_kh3_ph1_reflect", "not of zeros"],
  ["ic1_ih6_oc1_kh3_sh2_sw1_pb1_pl1_pr2", "right in rows, wrong in columns"],
])("%s is not: %s", (text) => expect(hasSamePads(parseProblem(text))).toBe(false));

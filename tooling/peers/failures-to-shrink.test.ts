import { expect, test } from "vitest";
import { failuresToShrink } from "./failures-to-shrink.js";

const failed = (name: string, message: string) =>
  ({ suite: "exact", name, status: "failed", message, milliseconds: 1 }) as const;
const WRONG = "3 of 12 elements are wrong";

test("takes the shortest failure of each kind of message and of groups", () => {
  const results = [
    failed("g2_ic4_ih9_iw10_oc20_kh3_nobias", WRONG),
    failed("g2_ic4_ih5_oc12_kh3", WRONG),
    failed("ic6_ih5_oc4_kh3", WRONG),
    failed("ic6_ih5_oc4_kh3_sh2", WRONG),
    failed("ic3_ih5_oc4_kh3_ph1_reflect", "Invalid mode"),
    failed("ic3_ih5_oc4_kh3_ph1_circular", "Invalid mode"),
    failed("ic3_ih5_oc4_kh1_ph2_circular", "Invalid mode"),
  ];
  expect(failuresToShrink(results, []).map(({ name }) => name)).toEqual([
    "g2_ic4_ih5_oc12_kh3",
    "ic6_ih5_oc4_kh3",
    "ic3_ih5_oc4_kh3_ph1_reflect",
    "ic3_ih5_oc4_kh3_ph1_circular",
  ]);
});

test("leaves out shrunk failures, passed cases, and cases with more than one problem", () => {
  const results = [
    failed("ic6_ih5_oc4_kh3", WRONG),
    { ...failed("ic7_ih5_oc4_kh3", WRONG), status: "passed" as const },
    failed("ic8_ih5_oc4_kh3, of one sign", WRONG),
    { ...failed("maxPool2d_c3_ih4_kh2", WRONG), suite: "operations" as const },
  ];
  const shrunk = [{ suite: "exact" as const, name: "ic6_ih5_oc4_kh3", problem: "", message: "", tries: 1 }];
  expect(failuresToShrink(results, shrunk)).toEqual([]);
});

/** Errors that differ only in numbers and problems are one group. */

import { expect, test } from "vitest";
import type { CaseResult } from "../run-conformance.js";
import { groupFailures } from "./group-failures.js";

const bySuite = (results: readonly CaseResult[]) => groupFailures(results, ({ suite }) => suite);
const failed = (suite: CaseResult["suite"], name: string, message: string, more: object = {}): CaseResult => ({
  suite,
  name,
  status: "failed",
  message,
  milliseconds: 1,
  ...more,
});

test("errors that differ in numbers and problems only are one group, others are not", () => {
  const groups = bySuite([
    failed("exact", "ic3_ih5_oc4_kh3", "no kernel for ic3_ih5_oc4_kh3 (12 bytes)"),
    failed("exact", "ic4_ih5_oc4_kh3", "no kernel for ic4_ih5_oc4_kh3 (130 bytes)"),
    failed("exact", "ic5_ih5_oc4_kh3", "out of luck"),
    failed("bounded", "ic5_ih5_oc4_kh3", "out of luck"),
    { ...failed("bounded", "ic6_ih5_oc4_kh3", "out of luck"), status: "passed" },
  ]);
  expect(groups.map(({ of, failures }) => [of, failures.length])).toEqual([
    ["exact", 2],
    ["exact", 1],
    ["bounded", 1],
  ]);
});

test("wrong elements come after failures with a message, and wrong elements that are NaN are another group", () => {
  const mismatch = (actual: number): object => ({ mismatch: { actual, expected: 1 } });
  const groups = bySuite([
    failed("exact", "a", "3 of 4 elements are wrong", mismatch(2)),
    failed("exact", "b", "4 of 4 elements are wrong", mismatch(NaN)),
    failed("exact", "c", "2 of 9 elements are wrong", mismatch(5)),
    failed("exact", "d", "out of luck"),
  ]);
  expect(groups.map(({ failures }) => failures.map(({ name }) => name).join())).toEqual(["d", "a,c", "b"]);
});

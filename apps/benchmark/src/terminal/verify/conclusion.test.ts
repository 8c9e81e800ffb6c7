import { createColors } from "@convene/conformance/terminal";
import { describe, expect, it } from "vitest";
import { conclude, describeConclusion } from "./conclusion.js";
import { type Against, type TallyResult, tally } from "../../engine/verify/tally.js";

const plain = createColors(false);

const AGAINST: Readonly<Record<string, Against>> = {
  exact: "the float64 reference",
  goldens: "PyTorch's results",
  agreement: "each other",
};

function result(check: string, backend: string, counts: Partial<TallyResult["counts"]>): TallyResult {
  const against = AGAINST[check];
  return {
    ...tally({ name: check, against, exact: false }, backend).result(),
    counts: { passed: 0, failed: 0, untrusted: 0, skipped: 0, ...counts },
  };
}
const say = (results: readonly TallyResult[], backends: readonly string[], ended?: string) =>
  describeConclusion(results, backends, ended, plain);

describe("describeConclusion", () => {
  it("names the comparisons that were made, and no others", () => {
    const goldens = [result("goldens", "a", { passed: 3 }), result("goldens", "b", { passed: 3 })];
    expect(say(goldens, ["a", "b"])).toBe("agreed: a and b on 6 cases, with PyTorch's results");
    const all = [...goldens, result("exact", "a", { passed: 1 }), result("agreement", "a ~ b", { passed: 1 })];
    expect(say(all, ["a", "b"])).toBe(
      "agreed: a and b on 8 cases, with the float64 reference, with PyTorch's results and with each other",
    );
  });

  it("counts passed cases, and beside them untrusted cases", () => {
    expect(say([result("exact", "a", { passed: 1, untrusted: 1, skipped: 1 })], ["a"])).toBe(
      "agreed: a on 1 case, with the float64 reference (2 more cases untrusted or skipped; one backend: none to compare it with)",
    );
  });

  it("does not report agreement if a backend has no trusted result", () => {
    expect(say([result("exact", "a", { untrusted: 2 })], ["a"])).toBe(
      "nothing is known: no case passed that can be trusted",
    );
    expect(say([], ["a"])).toBe("nothing is known: no case ran");
    const half = [result("exact", "a", { passed: 2 }), result("exact", "b", { skipped: 2 })];
    expect(say(half, ["a", "b"])).toBe("nothing is known of b: no case passed that can be trusted");
    expect(conclude(half, ["a", "b"]).agreed).toBe(false);
  });

  it("does not report agreement if nothing was compared", () => {
    expect(say([result("errors", "a", { passed: 2 }), result("errors", "b", { passed: 2 })], ["a", "b"])).toBe(
      "passed: a and b, 4 cases",
    );
  });

  it("reports failures also after Ctrl-C", () => {
    expect(say([result("exact", "a", { passed: 1, failed: 1 })], ["a"], "interrupted")).toBe(
      "1 of 2 cases failed, then interrupted",
    );
    expect(say([result("exact", "a", { passed: 1, untrusted: 1 })], ["a"], "interrupted")).toBe(
      "1 case passed, then interrupted",
    );
  });

  it("counts a comparison with another backend as a trusted result", () => {
    expect(say([result("agreement", "a ~ b", { passed: 2 })], ["a", "b"])).toBe(
      "agreed: a and b on 2 cases, with each other",
    );
  });
});

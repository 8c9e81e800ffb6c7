import { describe, expect, it } from "vitest";
import { summarize } from "../../engine/statistics.js";
import { describeWarnings, warningsFor } from "./warnings.js";

const kinds = (samples: readonly number[]) =>
  warningsFor("ic1_ih1_oc1_kh1", "cpu", samples, summarize(samples)).map(({ kind }) => kind);

describe("warnings", () => {
  it("are none for five samples that agree", () => {
    expect(kinds([1, 1, 1.1, 1, 1])).toEqual([]);
  });

  it("tell too few samples, and too wide a spread", () => {
    expect(kinds([1, 1, 1])).toEqual(["few-samples"]);
    expect(kinds([1, 2, 3, 4, 5])).toEqual(["noisy"]);
  });

  it("name the first places, count the others, and give advice", () => {
    const noisy = ["a", "b", "c", "d"].map((subject) => ({ kind: "noisy" as const, subject, backend: "cpu" }));
    const [[what, where, advice] = []] = describeWarnings(noisy);
    expect(what).toContain("4 figures");
    expect(where).toBe("cpu a, cpu b and 2 more");
    expect(advice).toContain("--time");
  });
});

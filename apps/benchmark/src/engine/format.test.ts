import { describe, expect, it } from "vitest";
import {
  enumerate,
  formatCount,
  formatErrorRatio,
  formatMilliseconds,
  formatPercent,
  formatRatio,
  plural,
} from "./format.js";

describe("format", () => {
  it("groups thousands", () => {
    expect(formatCount(86400)).toBe("86,400");
    expect(formatCount(675)).toBe("675");
    expect(formatCount(1_234_567.6)).toBe("1,234,568");
  });

  it("gives milliseconds to four digits, or to a tenth of a microsecond", () => {
    expect([0.0014, 1.2345, 12.345, 1153.22].map(formatMilliseconds)).toEqual(["0.0014", "1.234", "12.35", "1153.2"]);
  });

  it("gives shares and ratios", () => {
    expect(formatPercent(10275 / 86400)).toBe("11.9 %");
    expect(formatRatio(12.345)).toBe("12.35");
  });

  it("shows the difference between a small error and none", () => {
    expect([0, 0.5, 0.00012].map(formatErrorRatio)).toEqual(["0", "0.500", "1e-4"]);
  });

  it("counts in words", () => {
    expect(plural(1, "case")).toBe("1 case");
    expect(plural(1769, "case")).toBe("1,769 cases");
    expect(enumerate(["a"])).toBe("a");
    expect(enumerate(["a", "b", "c"])).toBe("a, b and c");
  });
});

import { describe, expect, it } from "vitest";
import { clockStepOf } from "./timing.js";

describe("clockStepOf", () => {
  it("is the smallest step, for any number of calls between two steps", () => {
    let asked = 0;
    expect(clockStepOf(() => Math.floor(asked++ / 7) * 0.1)).toBeCloseTo(0.1, 9);
  });
});

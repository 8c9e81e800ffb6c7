import { parseProblem } from "@convene/core";
import { describe, expect, it } from "vitest";
import { CLAIMS, divide, LEAST_WORK } from "./division.js";

describe("divide", () => {
  const large = parseProblem("ic128_ih56_oc128_kh1");
  const tiny = parseProblem("ic8_ih8_oc8_kh1");

  it("gives each worker a range, and claims that are a small part of it", () => {
    const { ranges, grain, worth } = divide(large, 800, 4);
    expect(ranges).toBe(4);
    expect(grain).toBe(800 / 4 / CLAIMS);
    expect(worth).toBe((128 * 128 * 56 * 56) / LEAST_WORK);
  });

  it("leaves what is tiny to one worker, in one claim", () => {
    expect(divide(tiny, 8, 4)).toMatchObject({ ranges: 1, grain: 8 });
  });

  it("makes no more ranges than there are jobs, and no claim of nothing", () => {
    expect(divide(large, 3, 4)).toMatchObject({ ranges: 3, grain: 1 });
    expect(divide(large, 1, 4)).toMatchObject({ ranges: 1, grain: 1 });
  });

  it("lets as many take part as the work is worth", () => {
    const problem = parseProblem("ic32_ih16_oc32_kh1");
    expect(divide(problem, 64, 16).ranges).toBe(Math.floor((32 * 32 * 256) / LEAST_WORK));
  });
});

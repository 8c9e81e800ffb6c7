import { parseProblem } from "@convene/core";
import { describe, expect, it } from "vitest";
import { CLAIMS, divide, LEAST_SHARE, LEAST_WORK, workersFor } from "./division.js";

describe("divide", () => {
  const large = parseProblem("ic128_ih56_oc128_kh1");
  const tiny = parseProblem("ic8_ih8_oc8_kh1");

  it("gives each worker a range, and claims that are a small part of it", () => {
    expect(divide(large, 800, 4)).toEqual({ ranges: 4, grain: Math.floor(800 / 4 / CLAIMS) });
  });

  it("leaves what is tiny to one worker, in one claim", () => {
    expect(divide(tiny, 8, 4)).toEqual({ ranges: 1, grain: 8 });
  });

  it("makes no more ranges than there are jobs, and no claim of nothing", () => {
    expect(divide(large, 3, 4)).toEqual({ ranges: 3, grain: 1 });
    expect(divide(large, 1, 4)).toEqual({ ranges: 1, grain: 1 });
  });

  it("lets as many take part as have a share", () => {
    const problem = parseProblem("ic16_ih16_oc32_kh1");
    expect(divide(problem, 64, 16).ranges).toBe(Math.floor((16 * 32 * 256) / LEAST_SHARE));
  });
});

describe("workersFor", () => {
  it("wakes one worker for a batch that is over before a second would be awake", () => {
    expect(workersFor([{ ranges: 4, macs: LEAST_WORK - 1 }])).toBe(1);
    expect(workersFor([])).toBe(1);
  });

  it("wakes as many as all of its steps are worth together", () => {
    expect(workersFor([1, 2, 3].map(() => ({ ranges: 4, macs: LEAST_WORK / 2 })))).toBe(2);
  });

  it("wakes no more than its widest step has ranges", () => {
    const macs = 100 * LEAST_WORK;
    expect(
      workersFor([
        { ranges: 1, macs },
        { ranges: 3, macs },
        { ranges: 2, macs },
      ]),
    ).toBe(3);
  });
});

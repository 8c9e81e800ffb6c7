import { operationProblem, parseProblem, problemCost } from "@convene/core";
import { describe, expect, it } from "vitest";
import { CLAIMS, divide, LEAST_SHARE, LEAST_WORK, MACS_OF_ELEMENT, operationWork, workersFor } from "./division.js";

describe("divide", () => {
  const large = problemCost(parseProblem("ic128_ih56_oc128_kh1")).macs;
  const tiny = problemCost(parseProblem("ic8_ih8_oc8_kh1")).macs;

  it("gives each worker a range, and claims that are a small part of it", () => {
    expect(divide(large, 800, 4)).toEqual({ ranges: 4, grain: Math.floor(800 / 4 / CLAIMS) });
  });

  it("gives a tiny layer to one worker, in one claim", () => {
    expect(divide(tiny, 8, 4)).toEqual({ ranges: 1, grain: 8 });
  });

  it("makes at most as many ranges as there are jobs, and claims of at least one job", () => {
    expect(divide(large, 3, 4)).toEqual({ ranges: 3, grain: 1 });
    expect(divide(large, 1, 4)).toEqual({ ranges: 1, grain: 1 });
  });

  it("makes fewer ranges than workers, if the work is not enough for LEAST_SHARE each", () => {
    const { macs } = problemCost(parseProblem("ic16_ih16_oc32_kh1"));
    expect(divide(macs, 64, 16).ranges).toBe(Math.floor((16 * 32 * 256) / LEAST_SHARE));
  });
});

describe("operationWork", () => {
  it("counts the elements that are read and written", () => {
    const add = operationProblem({ kind: "add", n: 2, c: 3, h: 4, w: 5 });
    expect(operationWork(add)).toBe(MACS_OF_ELEMENT * 3 * 120);
    const concat = operationProblem({ kind: "concat", channels: [1, 2], h: 10 });
    expect(operationWork(concat)).toBe(MACS_OF_ELEMENT * 2 * 300);
  });

  it("counts taps of windows that overlap", () => {
    const pool = operationProblem({ kind: "maxPool2d", c: 2, ih: 12, kh: 3 });
    expect(operationWork(pool)).toBe(MACS_OF_ELEMENT * 10 * 200);
  });
});

describe("workersFor", () => {
  it("wakes one worker for a batch that ends before a second worker would be awake", () => {
    expect(workersFor([{ ranges: 4, macs: LEAST_WORK - 1 }])).toBe(1);
    expect(workersFor([])).toBe(1);
  });

  it("wakes workers by the work of all steps together", () => {
    expect(workersFor([1, 2, 3].map(() => ({ ranges: 4, macs: LEAST_WORK / 2 })))).toBe(2);
  });

  it("wakes at most as many workers as the step with the most ranges has", () => {
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

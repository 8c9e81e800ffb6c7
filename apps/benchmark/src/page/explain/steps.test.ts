import { conv2dProblem, problemCost } from "@convene/core";
import { describe, expect, it } from "vitest";
import { TEXTBOOK } from "./fields.js";
import { pairOf } from "./stages.js";
import { multiplicationAt, stepOf, totalSteps, wholeOutputs } from "./steps.js";

const SMALL = conv2dProblem({ ic: 4, g: 2, ih: 3, oc: 4, kh: 2 });

describe("steps", () => {
  it("are as many as core's multiply-accumulates", () => {
    expect(totalSteps([TEXTBOOK])).toBe(problemCost(TEXTBOOK).macs);
    expect(totalSteps(pairOf(TEXTBOOK))).toBe(10_275);
  });

  it("occur once each, in order", () => {
    const stages = pairOf(SMALL);
    const seen = new Set<string>();
    for (let step = 1; step <= totalSteps(stages); step++) {
      const { stage, output, tap } = multiplicationAt(stages, step);
      seen.add(`${stage} ${output.join(",")} ${tap}`);
    }
    expect(seen.size).toBe(totalSteps(stages));
    expect(multiplicationAt(stages, 1)).toEqual({ stage: 0, output: [0, 0, 0], tap: 0 });
    expect(multiplicationAt(stages, totalSteps(stages))).toEqual({ stage: 1, output: [3, 1, 1], tap: 3 });
    expect(() => multiplicationAt(stages, totalSteps(stages) + 1)).toThrow("must be from 1 to 128");
  });

  it("say which outputs are finished", () => {
    const stages = pairOf(SMALL);
    expect([3, 4, 63, 64, 65, 128].map((step) => wholeOutputs(stages, 0, step))).toEqual([0, 1, 15, 16, 16, 16]);
    expect([3, 64, 67, 68, 128].map((step) => wholeOutputs(stages, 1, step))).toEqual([0, 0, 0, 1, 16]);
    expect(stepOf(stages, 1, [0, 0, 0])).toBe(68);
    expect(multiplicationAt(stages, stepOf(stages, 1, [2, 1, 0]))).toMatchObject({ output: [2, 1, 0], tap: 3 });
  });
});

import { describe, expect, it } from "vitest";
import { activationRange, checkActivation } from "./activation.js";
import { expectError } from "./testing/expect-error.js";

describe("activationRange", () => {
  it.each([
    [undefined, [-Infinity, Infinity]],
    ["relu" as const, [0, Infinity]],
    ["relu6" as const, [0, 6]],
    [{ clamp: [-1, 2] as const }, [-1, 2]],
  ])("%o clamps to %o", (activation, range) => {
    expect(activationRange(activation)).toEqual(range);
  });
});

describe("checkActivation", () => {
  it.each([
    [undefined],
    ["relu"],
    ["relu6"],
    [{ clamp: [-1, 2] }],
    [{ clamp: [3, 3] }],
    [{ clamp: [-Infinity, Infinity] }],
  ])("takes %o", (activation) => {
    expect(checkActivation(activation)).toEqual(activation);
  });

  it("rounds bounds to float32, in which they are applied", () => {
    expect(checkActivation({ clamp: [0.1, 1e39] })).toEqual({ clamp: [13421773 / 2 ** 27, Infinity] });
  });

  it("takes -0 for 0", () => {
    expect(checkActivation({ clamp: [-0, 1] })).toEqual({ clamp: [0, 1] });
  });

  it("keeps a copy of the bounds", () => {
    const clamp: [number, number] = [0, 1];
    const checked = checkActivation({ clamp });
    clamp[0] = 5;
    expect(checked).toEqual({ clamp: [0, 1] });
  });

  it.each<[unknown, string]>([
    ["sigmoid", 'activation ("sigmoid") must be "relu", "relu6" or { clamp: [min, max] }'],
    ["ReLU", 'activation ("ReLU") must be'],
    [6, "activation (6) must be"],
    [null, "activation (null) must be"],
    [true, "activation (true) must be"],
    [["relu"], 'activation (["relu"]) must be'],
    [{}, "activation ({  }) must be"],
    [{ clamp: [0, 1], max: 6 }, 'activation has no key "max"'],
    [{ clamp: 6 }, "activation.clamp (6) must be two numbers, [min, max]"],
    [{ clamp: [6] }, "activation.clamp ([6]) must be two numbers"],
    [{ clamp: [0, 1, 2] }, "activation.clamp ([0, 1, 2]) must be two numbers"],
    [{ clamp: [0, NaN] }, "activation.clamp ([0, NaN]) must be two numbers"],
    [{ clamp: ["0", 1] }, 'activation.clamp (["0", 1]) must be two numbers'],
    [{ clamp: [2, 1] }, "activation.clamp ([2, 1]): min must not be above max"],
  ])("refuses %o", (activation, words) => {
    expectError(() => checkActivation(activation), "ERR_INVALID_OPTION", words);
  });
});

it("refuses a clamp with a hole", () => {
  const clamp: number[] = [];
  clamp[1] = 1;
  expect(() => checkActivation({ clamp })).toThrow("must be two numbers, [min, max]");
});

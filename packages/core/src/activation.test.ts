import { describe, expect, it } from "vitest";
import { type Activation, activationRange, checkActivation, checkClamp, isClamp } from "./activation.js";
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
    ["silu"],
    ["geluTanh"],
    [{ leakyRelu: 0.25 }],
    [{ hardSigmoid: [0.25, 0.5] }],
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
    [
      "mish",
      'activation ("mish") must be one of "relu", "relu6", "sigmoid", "hardSigmoid", "hardSwish", "silu", "tanh", "gelu", "geluTanh", {',
    ],
    [{ leakyRelu: NaN }, "activation.leakyRelu (NaN) must be a finite number"],
    [{ leakyRelu: 1e39 }, "activation.leakyRelu (1e+39) must be a finite number"],
    [{ hardSigmoid: [1] }, "activation.hardSigmoid ([1]) must be two numbers, [alpha, beta]"],
    [{ hardSigmoid: [1, Infinity] }, "activation.hardSigmoid[1] (Infinity) must be a finite number"],
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

describe("checkClamp, for the activations that a convolution computes by itself", () => {
  it.each(["silu", "mish", null, 6])("refuses %o", (activation) => {
    expectError(() => checkClamp(activation), "ERR_INVALID_OPTION", 'must be "relu", "relu6" or { clamp: [min, max] }');
  });

  it.each<[Activation | undefined, boolean]>([
    [undefined, true],
    ["relu", true],
    ["relu6", true],
    [{ clamp: [0, 1] }, true],
    ["silu", false],
    [{ leakyRelu: 0.1 }, false],
    [{ hardSigmoid: [0.2, 0.5] }, false],
  ])("isClamp(%o) is %s", (activation, expected) => expect(isClamp(activation)).toBe(expected));
});

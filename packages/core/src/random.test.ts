import { describe, expect, it } from "vitest";
import { fillUniform, mt19937 } from "./random.js";
import { expectError } from "./testing/expect-error.js";

describe("mt19937", () => {
  it("gives 4123659995 as the 10000th number of the default seed, as C++ requires of std::mt19937", () => {
    const random = mt19937(5489);
    const outputs = Array.from({ length: 10000 }, random);
    expect(outputs[0]).toBe(3499211612);
    expect(outputs[9999]).toBe(4123659995);
  });

  it.each([
    [0, [2357136044, 2546248239, 3071714933, 3626093760, 2588848963]],
    [1, [1791095845, 4282876139, 3093770124, 4005303368, 491263]],
  ])("begins as the published generator does for seed %d", (seed, expected) => {
    expect(Array.from({ length: expected.length }, mt19937(seed))).toEqual(expected);
  });

  it("takes the largest seed", () => {
    expect(mt19937(2 ** 32 - 1)()).toBeGreaterThanOrEqual(0);
  });

  it.each([[-1], [2 ** 32], [0.5], [NaN], ["1"], [null]])("refuses the seed %o", (seed) => {
    expectError(
      () => mt19937(seed as number),
      "ERR_INVALID_OPTION",
      "seed (",
      "must be an integer from 0 to 4294967295",
    );
  });
});

describe("fillUniform", () => {
  it("scales the low 24 bits of each output", () => {
    const outputs = [0, 0x800000, 0xff800000, 0xc00000];
    const out = new Float32Array(4);
    fillUniform(() => outputs.shift()!, out, -1, 3);
    expect([...out]).toEqual([-1, 1, 1, 2]);
  });

  it("gives the numbers that torch.manual_seed(0); torch.rand(5) prints", () => {
    const out = new Float32Array(5);
    fillUniform(mt19937(0), out, 0, 1);
    expect([...out].map((value) => value.toFixed(4))).toEqual(["0.4963", "0.7682", "0.0885", "0.1320", "0.3074"]);
  });
});

import { describe, expect, it } from "vitest";
import { checkBoolean, checkFloat32Array, checkInteger, checkKeys, checkOneOf, checkPair } from "./check.js";
import { expectError } from "./testing/expect-error.js";

describe("checkInteger", () => {
  it.each([1, 2, 2 ** 31 - 1])("takes %d", (value) => {
    expect(checkInteger("size", value, 1)).toBe(value);
  });

  it("takes -0 for 0", () => {
    expect(checkInteger("pad", -0, 0)).toBe(0);
  });

  it.each<[unknown, string]>([
    [0, "size (0)"],
    [-1, "size (-1)"],
    [1.5, "size (1.5)"],
    [NaN, "size (NaN)"],
    [Infinity, "size (Infinity)"],
    [2 ** 31, "size (2147483648)"],
    ["3", 'size ("3")'],
    [3n, "size (3n)"],
    [null, "size (null)"],
    [undefined, "size (undefined)"],
    [[3], "size ([3])"],
    [new Number(3), "size (a Number)"],
  ])("refuses %o", (value, words) => {
    expectError(
      () => checkInteger("size", value, 1),
      "ERR_INVALID_OPTION",
      words,
      "must be an integer from 1 to 2^31 - 1",
    );
  });

  it("names the limits that the caller gave", () => {
    expectError(
      () => checkInteger("level", 10, 0, 9),
      "ERR_INVALID_OPTION",
      "level (10) must be an integer from 0 to 9",
    );
  });
});

describe("checkPair", () => {
  it.each<[unknown, readonly [number, number]]>([
    [3, [3, 3]],
    [
      [3, 5],
      [3, 5],
    ],
  ])("%o is %o", (value, pair) => {
    expect(checkPair("stride", value, 1)).toEqual(pair);
  });

  it.each<[unknown, string]>([
    [0, "stride (0) must be an integer from 1"],
    ["3", 'stride ("3") must be an integer or [h, w]'],
    [null, "stride (null) must be an integer or [h, w]"],
    [{ h: 1, w: 1 }, "stride ({ h, w }) must be an integer or [h, w]"],
    [[], "stride ([]) must have two entries, [h, w]"],
    [[1], "stride ([1]) must have two entries, [h, w]"],
    [[1, 2, 3], "stride ([1, 2, 3]) must have two entries, [h, w]"],
    [[0, 1], "stride[0] (0) must be an integer from 1"],
    [[1, 0.5], "stride[1] (0.5) must be an integer from 1"],
    [[1, [1]], "stride[1] ([1]) must be an integer from 1"],
  ])("refuses %o", (value, words) => {
    expectError(() => checkPair("stride", value, 1), "ERR_INVALID_OPTION", words);
  });
});

describe("checkOneOf", () => {
  it("takes a listed value", () => {
    expect(checkOneOf("mode", "b", ["a", "b"])).toBe("b");
  });

  it.each([["c"], ["A"], [1], [null], [undefined]])("refuses %o and lists the allowed values", (value) => {
    expectError(() => checkOneOf("mode", value, ["a", "b"]), "ERR_INVALID_OPTION", "mode (", 'must be one of "a", "b"');
  });
});

describe("checkBoolean", () => {
  it.each([true, false])("takes %o", (value) => {
    expect(checkBoolean("bias", value)).toBe(value);
  });

  it.each([[0], [1], ["true"], [null], [undefined]])("refuses %o", (value) => {
    expectError(() => checkBoolean("bias", value), "ERR_INVALID_OPTION", "bias (", "must be true or false");
  });
});

describe("checkKeys", () => {
  it("takes any of the keys, and none", () => {
    checkKeys("options", { a: 1 }, ["a", "b"]);
    checkKeys("options", {}, ["a", "b"]);
  });

  it("refuses a misspelt key and lists the right ones", () => {
    expectError(
      () => checkKeys("options", { c: 1 }, ["a", "b"]),
      "ERR_INVALID_OPTION",
      'options has no key "c"',
      "its keys are a, b",
    );
  });

  it.each(["in_channels", "InChannels", "inchannels"])("gives the right spelling of the key %s", (key) => {
    expectError(
      () => checkKeys("options", { [key]: 1 }, ["a", "inChannels"]),
      "ERR_INVALID_OPTION",
      `options has no key "${key}"; it is written "inChannels"`,
    );
  });

  it.each([[null], [undefined], [3], ["a"], [[]]])("refuses %o, which is no object", (value) => {
    expectError(() => checkKeys("options", value, ["a"]), "ERR_INVALID_OPTION", "options (", "must be an object");
  });
});

describe("checkFloat32Array", () => {
  it("gives back the array itself", () => {
    const data = new Float32Array(3);
    expect(checkFloat32Array("bias", data, 3, "one a channel")).toBe(data);
  });

  it("names both lengths, and the source of the expected length", () => {
    expectError(
      () => checkFloat32Array("bias", new Float32Array(2), 3, "one a channel"),
      "ERR_SHAPE",
      "bias has 2 elements; expected 3 (one a channel)",
    );
  });

  it.each<[unknown, string]>([
    [[1, 2, 3], "bias ([1, 2, 3])"],
    [new Float64Array(3), "bias (a Float64Array of 24 bytes)"],
    [undefined, "bias (undefined)"],
    [null, "bias (null)"],
  ])("refuses %o", (value, words) => {
    expectError(() => checkFloat32Array("bias", value, 3, ""), "ERR_SHAPE", words, "must be a Float32Array");
  });
});

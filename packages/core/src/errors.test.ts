import { describe, expect, it } from "vitest";
import { BackendUnavailableError, ConveneError, show } from "./errors.js";

describe("ConveneError", () => {
  it("is an Error with a name, a code and a cause", () => {
    const cause = new TypeError("below");
    const error = new ConveneError("ERR_SHAPE", "no", { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: "ConveneError", code: "ERR_SHAPE", message: "no", cause });
  });

  it("has no cause if none was given", () => {
    expect("cause" in new ConveneError("ERR_SHAPE", "no")).toBe(false);
  });
});

describe("BackendUnavailableError", () => {
  it("names the backend, the reason and the remedy", () => {
    const error = new BackendUnavailableError("gpu", "there is no adapter", "Install a driver");
    expect(error).toBeInstanceOf(ConveneError);
    expect(error).toMatchObject({
      name: "BackendUnavailableError",
      code: "ERR_BACKEND_UNAVAILABLE",
      backend: "gpu",
      reason: "there is no adapter",
      remedy: "Install a driver",
      message: "gpu is unavailable: there is no adapter. Install a driver",
    });
  });
});

describe("show", () => {
  it.each<[unknown, string]>([
    [3, "3"],
    ["3", '"3"'],
    [3n, "3n"],
    [NaN, "NaN"],
    [-Infinity, "-Infinity"],
    [null, "null"],
    [undefined, "undefined"],
    [true, "true"],
    [Symbol("s"), "Symbol(s)"],
    ["two\nlines", '"two\\nlines"'],
    ["x".repeat(100), `"${"x".repeat(57)}..."`],
    [[1, "a", [2]], '[1, "a", [2]]'],
    [new Array(9).fill(0), "an array of 9"],
    [new Float32Array(2), "a Float32Array of 8 bytes"],
    [new Map(), "a Map"],
    [new Uint8Array(3), "a Uint8Array of 3 bytes"],
    [{ a: 1, b: 2 }, "{ a, b }"],
    [{ a: 1, b: 2, c: 3, d: 4, e: 5 }, "an object of 5 keys"],
    [Object.create(null), "{  }"],
    [() => 0, "a function"],
  ])("%o", (value, text) => {
    expect(show(value)).toBe(text);
  });
});

it("shows a list that contains itself", () => {
  const list: unknown[] = [1];
  list.push(list);
  expect(show(list)).toBe("[1, [1, [1, an array of 2]]]");
});

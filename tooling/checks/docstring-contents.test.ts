import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { incompleteDocstrings, incompleteIn, staleExceptions } from "./docstring-contents.js";

describe("the published packages", () => {
  it("name errors, units and ranges in their docstrings", () => {
    expect(incompleteDocstrings().map(({ file, name, lacks }) => `${file}: ${name} lacks ${lacks}`)).toEqual([]);
  });

  it("have no exception without a use", () => {
    expect(staleExceptions()).toEqual([]);
  });
});

it("finds an exception for a name that does not exist, and for one that names its errors", () => {
  const exceptions = { noSuchName: "a reason", conv2d: "a reason" };
  expect(staleExceptions(undefined, exceptions, new Set(["NoSuchInterface"]))).toEqual([
    "noSuchName",
    "conv2d",
    "NoSuchInterface",
  ]);
});

describe("incompleteIn", () => {
  let folder: string;
  const found = (text: string, exceptions = {}, elsewhere: readonly string[] = []): readonly string[] => {
    writeFileSync(join(folder, "index.ts"), text);
    return incompleteIn(join(folder, "index.ts"), exceptions, new Set(elsewhere)).map(
      ({ name, lacks }) => `${name}: ${lacks}`,
    );
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "docstring-contents-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ["a function without @throws", "/** Says. */\nexport function f(x: number) {}", ["f: @throws"]],
    ["one that names no code", "/** Says. @throws ConveneError */\nexport function f(x: number) {}", ["f: @throws"]],
    [
      "a code that is not behind @throws",
      "/** Not ERR_SHAPE. @throws Error @param x `ERR_SHAPE` */\nexport function f(x: number) {}",
      ["f: @throws"],
    ],
    [
      "a constructor, and a method",
      "/** Says. */\nexport class A { constructor(x: number) {}\n/** Says. */\nm(x: number) {} }",
      ["A.constructor: @throws", "A.m: @throws"],
    ],
    ["a method of an interface", "/** Says. */\nexport interface A { m(x: number): void }", ["A.m: @throws"]],
    [
      "a number",
      "/** Says. */\nexport interface A {\n/** How big. */\nreadonly big?: number }",
      ["A.big: unit or range"],
    ],
    ["a number without a docstring", "/** Says. */\nexport interface A { big: number }", ["A.big: unit or range"]],
    [
      "numbers in a union, a tuple and a list",
      "/** Says. */\nexport interface A { a1?: number | string; b1: readonly [x: number, y: number]; c1: number[] }",
      ["A.a1: unit or range", "A.b1: unit or range", "A.c1: unit or range"],
    ],
  ])("finds %s", (_what, text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it.each([
    ["a function with a code", "/** Says. @throws ConveneError `ERR_SHAPE` */\nexport function f(x: number) {}"],
    ["a class of errors with one code", "/** Says. @throws RangeError */\nexport function f(x: number) {}"],
    [
      "overloads, of which one has it",
      "/** Says. @throws ConveneError\n * `ERR_SHAPE` */\nexport function f(x: number): void;\nexport function f(x: string): void;",
    ],
    ["a function without arguments", "/** Says. */\nexport function f() {}"],
    ["private members", "/** Says. */\nexport class A { private m(x: number) {} protected n(x: number) {} }"],
    [
      "a member with a symbol for a name",
      "/** Says. */\nexport class A { static [Symbol.hasInstance](x: unknown) {} }",
    ],
    [
      "a constructor under its class's docstring",
      "/** @throws RangeError */\nexport class A { constructor(x: number) {} }",
    ],
    ["a callback", "/** Says. */\nexport interface A { readonly onCase?: (x: number) => void }"],
    ["a unit in the docstring", "/** Says. */\nexport interface A {\n/** Milliseconds. */\nlimit: number }"],
    ["a unit in the name", "/** Says. */\nexport interface A { bytesRead: number }"],
    ["a range", "/** Says. */\nexport interface A {\n/** A part, in `[0, 1)`. */\nshare: number }"],
    [
      "the sizes of a problem",
      "/** Names are the field's. */\nexport interface A { n: number; ic: number; kh: number; pt: number }",
    ],
    ["what is not exported", "interface A { big: number }\nfunction f(x: number) {}"],
  ])("takes %s", (_what, text) => {
    expect(found(text)).toEqual([]);
  });

  it("leaves out the names in its tables", () => {
    const text =
      "/** Says. */\nexport function f(x: number) {}\n/** Says. */\nexport interface A { m(x: number): void; big: number }";
    expect(found(text, { f: "a reason" }, ["A"])).toEqual(["A.big: unit or range"]);
  });
});

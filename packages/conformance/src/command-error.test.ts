import { describe, expect, it } from "vitest";
import { codeOf, messageOf, oneLine, suggestion } from "./command-error.js";

describe("messageOf", () => {
  it.each([
    [new Error("one\ntwo"), "one two"],
    [new TypeError(), "TypeError"],
    ["text", "text"],
    [undefined, "undefined"],
  ])("%s", (error, message) => {
    expect(messageOf(error)).toBe(message);
  });

  it("says that a value has no text", () => {
    expect(messageOf(Object.create(null))).toBe("something was thrown that has no text (object)");
  });
});

describe("codeOf", () => {
  it.each([
    [Object.assign(new Error("no"), { code: "ERR_UNSUPPORTED" }), "ERR_UNSUPPORTED"],
    [{ code: 3 }, undefined],
    [null, undefined],
    ["ERR_UNSUPPORTED", undefined],
  ])("%o", (error, code) => {
    expect(codeOf(error)).toBe(code);
  });
});

describe("oneLine", () => {
  it("leaves no line break and no escape sequence", () => {
    expect(oneLine("a\r\n b\u001b[31mc\n")).toBe("a b [31mc");
  });
});

describe("suggestion", () => {
  const known = ["mobilenet-v1", "mobilenet-v2", "resnext50"];

  it("suggests a similar name", () => {
    expect(suggestion("mobilnet-v2", known)).toBe('; did you mean "mobilenet-v2"?');
    expect(suggestion("ResNext50", known)).toBe('; did you mean "resnext50"?');
  });

  it("suggests nothing if no name is similar", () => {
    expect(suggestion("vgg", known)).toBe("");
    expect(suggestion("vgg", [])).toBe("");
  });
});

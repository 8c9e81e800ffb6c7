import { describe, expect, it } from "vitest";
import { codeOf, messageOf, oneLine } from "./command-error.js";

describe("messageOf", () => {
  it.each([
    [new Error("one\ntwo"), "one two"],
    [new TypeError(), "TypeError"],
    ["text", "text"],
    [undefined, "undefined"],
  ])("%s", (error, message) => {
    expect(messageOf(error)).toBe(message);
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

import { describe, expect, it } from "vitest";
import { suggestion } from "./input-error.js";

describe("suggestion", () => {
  const known = ["mobilenet-v1", "mobilenet-v2", "resnext50"];

  it("names what is near", () => {
    expect(suggestion("mobilnet-v2", known)).toBe('; did you mean "mobilenet-v2"?');
    expect(suggestion("ResNext50", known)).toBe('; did you mean "resnext50"?');
  });

  it("is silent where nothing is near", () => {
    expect(suggestion("vgg", known)).toBe("");
    expect(suggestion("vgg", [])).toBe("");
  });
});

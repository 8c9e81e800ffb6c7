import { ConveneError } from "@convene/core";
import { describe, expect, it } from "vitest";
import { failureWord, layerFailure } from "./layer-failure.js";

describe("layerFailure", () => {
  it.each([
    [new ConveneError("ERR_UNSUPPORTED", "no groups"), "no groups", "unsupported"],
    [new ConveneError("ERR_OUT_OF_MEMORY", "too large"), "too large", "failed"],
    ["a string", "a string", "failed"],
  ])("%s", (error, message, word) => {
    const failure = layerFailure("x", error);
    expect(failure).toMatchObject({ backend: "x", message });
    expect(failureWord(failure)).toBe(word);
  });
});

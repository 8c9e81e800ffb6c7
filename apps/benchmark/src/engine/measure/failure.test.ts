import { ConveneError } from "@convene/core";
import { describe, expect, it } from "vitest";
import { UnsettledError } from "../settle.js";
import { failureWord, failureOf } from "./failure.js";

describe("failureOf", () => {
  it.each([
    [new ConveneError("ERR_UNSUPPORTED", "no groups"), "no groups", "unsupported"],
    [new ConveneError("ERR_OUT_OF_MEMORY", "too large"), "too large", "failed"],
    ["a string", "a string", "failed"],
    [new UnsettledError(), "no answer, and nothing left that could bring one", "no answer"],
    [new Error("gpu: the device was lost"), "gpu: the device was lost", "device lost"],
  ])("%s", (error, message, word) => {
    const failure = failureOf("x", error);
    expect(failure).toMatchObject({ backend: "x", message });
    expect(failureWord(failure)).toBe(word);
  });
});

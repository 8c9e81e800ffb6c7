import { describe, expect, it } from "vitest";
import { textBar } from "./text-bar.js";

describe("textBar", () => {
  it.each([
    [0, ""],
    [1e-9, "▏"],
    [0.25, "█"],
    [0.375, "█▌"],
    [1, "████"],
    [2, "████"],
  ])("%d of four columns", (share, expected) => {
    expect(textBar(share, 4)).toBe(expected);
  });
});

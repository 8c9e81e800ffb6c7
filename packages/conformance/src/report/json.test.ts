import { describe, expect, it } from "vitest";
import { toJson } from "./json.js";

describe("toJson", () => {
  it("keeps lists of numbers on one line, and nothing else changes", () => {
    const value = { samples: [1, 2.5, -3e-7], names: ["1", "2"], nested: [[1], { a: 2 }], empty: [] };
    const text = toJson(value);
    expect(text).toContain('"samples": [1, 2.5, -3e-7]');
    expect(JSON.parse(text)).toEqual(value);
  });

  it("has strings for NaN and infinities", () => {
    expect(JSON.parse(toJson({ a: NaN, b: [-Infinity, 1] }))).toEqual({ a: "NaN", b: ["-Infinity", 1] });
  });
});

import { describe, expect, it } from "vitest";
import { command, quote } from "./again.js";

describe("command", () => {
  it("is for npm in a clone, and for npx if the package is installed", () => {
    expect(command("bench")).toBe("npm run convene -- bench");
    expect(command("bench", true)).toBe("npx @convene/benchmark bench");
  });
});

describe("quote", () => {
  it.each([
    ["g4_ic16_ih8_oc16_kh3_ph1_clamp-0.5:6", "g4_ic16_ih8_oc16_kh3_ph1_clamp-0.5:6"],
    ["a b", '"a b"'],
    ['a"$b', '"a\\"\\$b"'],
  ])("%s", (word, quoted) => {
    expect(quote(word)).toBe(quoted);
  });
});

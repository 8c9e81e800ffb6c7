import { describe, expect, it } from "vitest";
import { quote } from "./again.js";

describe("quote", () => {
  it.each([
    ["g4_ic16_ih8_oc16_kh3_ph1_clamp-0.5:6", "g4_ic16_ih8_oc16_kh3_ph1_clamp-0.5:6"],
    ["a b", '"a b"'],
    ['a"$b', '"a\\"\\$b"'],
  ])("%s", (word, quoted) => {
    expect(quote(word)).toBe(quoted);
  });
});

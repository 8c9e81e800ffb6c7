import { describe, expect, it } from "vitest";
import { createColors } from "./colors.js";
import { visibleLength, wrap } from "./wrap.js";

describe("wrap", () => {
  it("breaks between words, and indents the lines after the first", () => {
    expect(wrap("next  one two three four", 14, 6)).toEqual(["next  one two", "      three", "      four"]);
  });

  it("keeps spaces at the start and within a line", () => {
    expect(wrap("  a  b c", 6, 2)).toEqual(["  a  b", "  c"]);
  });

  it("does not break text that fits, text for a pipe, and a word that is too long", () => {
    expect(wrap("a b c", 5)).toEqual(["a b c"]);
    expect(wrap("a b c", undefined)).toEqual(["a b c"]);
    expect(wrap("a ic128_ih56_oc128_kh3 b", 10)).toEqual(["a", "ic128_ih56_oc128_kh3", "b"]);
  });

  it("counts visible characters, not colour codes", () => {
    const { red } = createColors(true);
    expect(visibleLength(red("abc"))).toBe(3);
    expect(wrap(`${red("abc")} ${red("def")}`, 7)).toHaveLength(1);
  });
});

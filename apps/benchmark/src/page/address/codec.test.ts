import { conv2dProblem, formatProblem } from "@convene/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAddress, standardState, type StateOf, writeAddress } from "./codec.js";
import { choice, decimal, flag, integer, list, numbers, problem, words } from "./field.js";

const TEXTBOOK = conv2dProblem({ ic: 3, ih: 7, oc: 128, kh: 3 });
const FIELDS = {
  problem: problem(TEXTBOOK),
  step: integer(0, 0, 1000),
  speed: decimal(1, 0, 100),
  side: choice("output", ["output", "input"]),
  loop: flag(true),
  note: words("", 40),
  against: list(["cpu", "gpu"], words("", 40)),
  weights: numbers([0, 1], 1, 9),
};
const VIEWS = { compare: { seconds: integer(5, 1, 60) }, explain: FIELDS };

describe("addresses", () => {
  it("leaves out standard values", () => {
    expect(writeAddress("explain", FIELDS, standardState(FIELDS))).toBe("#explain");
    const state = { ...standardState(FIELDS), step: 4, against: ["worker-threads?threads=2", "gpu:webgl2"] };
    expect(writeAddress("explain", FIELDS, state)).toBe("#explain?step=4&against=worker-threads?threads=2,gpu:webgl2");
  });

  it("gives every state back", () => {
    const states: fc.Arbitrary<StateOf<typeof FIELDS>> = fc.record({
      problem: fc
        .record({ ic: fc.constantFrom(4, 8), g: fc.constantFrom(1, 2, 4), ih: fc.integer({ min: 5, max: 9 }) })
        .map(({ ic, g, ih }) => conv2dProblem({ ic, g, ih, oc: 8, kh: 3, pt: 1, paddingMode: "reflect" })),
      step: fc.integer({ min: 0, max: 1000 }),
      speed: fc.double({ min: 0, max: 100, noNaN: true }).map((value) => value + 0),
      side: fc.constantFrom("output", "input"),
      loop: fc.boolean(),
      note: fc.string({ maxLength: 40, unit: "grapheme-ascii" }),
      against: fc.uniqueArray(fc.stringMatching(/^[a-z:?=&#% +-]{1,12}$/), { maxLength: 4 }),
      weights: fc.array(
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
        {
          minLength: 1,
          maxLength: 9,
        },
      ),
    });
    fc.assert(
      fc.property(states, (state) => {
        const read = readAddress(writeAddress("explain", FIELDS, state), VIEWS, "compare");
        expect(read).toEqual({ view: "explain", state, notices: [] });
      }),
    );
  });

  it("shows the standard view without an address", () => {
    for (const hash of ["", "#", "#/"]) {
      expect(readAddress(hash, VIEWS, "compare")).toEqual({ view: "compare", state: { seconds: 5 }, notices: [] });
    }
  });

  it.each([
    ["#nowhere?step=2", ['This link names the view "nowhere", and there are compare, explain. You see compare.']],
    ["#toString", ['This link names the view "toString", and there are compare, explain. You see compare.']],
    [
      "#compare?seconds=0",
      ['sets seconds to "0", which does not fit: a whole number from 1 to 60 was expected. "5" is used'],
    ],
    ["#compare?seconds=1e1", ["a whole number from 1 to 60"]],
    ["#compare?seconds", ['sets seconds to ""']],
    ["#compare?seconds=%", ["a % must be followed by two hexadecimal digits"]],
    ["#compare?seconds=6&seconds=7", ["sets seconds twice. The first value is used."]],
    ["#compare?constructor=1&b=2", ['sets "constructor", which compare does not have (seconds)', 'sets "b"']],
    ["#explain?problem=ic3_ih7", ['sets problem to "ic3_ih7"', "oc is missing", '"ic3_ih7_oc128_kh3" is used instead']],
    ["#explain?side=left", ["one of output, input was expected"]],
    ["#explain?loop=1", ["one of yes, no was expected"]],
    ["#explain?weights=1,,2", ["1 to 9 numbers with commas between them were expected"]],
    [`#explain?note=${"x".repeat(100)}`, ["at most 40 characters were expected"]],
  ])("says what is wrong in %s", (hash, parts) => {
    const { notices } = readAddress(hash, VIEWS, "compare");
    const said = notices.join("\n");
    for (const part of parts) expect(said).toContain(part);
    expect(said.length).toBeLessThan(500);
  });

  it("keeps right values beside wrong ones", () => {
    const { state, notices } = readAddress("#explain?step=nonsense&side=input", VIEWS, "compare");
    expect(state).toMatchObject({ step: 0, side: "input" });
    expect(notices).toHaveLength(1);
    expect(formatProblem((state as StateOf<typeof FIELDS>).problem)).toBe("ic3_ih7_oc128_kh3");
  });
});

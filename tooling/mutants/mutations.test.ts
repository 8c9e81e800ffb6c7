import { expect, test } from "vitest";
import { mutate, mutationsOf } from "./mutations.js";

/** Every mutant's text. */
function mutants(source: string): string[] {
  return mutationsOf(source).map((mutation) => mutate(source, mutation));
}

test.each([
  ["f(a + b)", "f(a - b)"],
  ["x = a < b", "x = a <= b"],
  ["x = a < b", "x = a >= b"],
  ["x = a ?? -b", "x = a ?? b"],
  ["x = !a", "x = a"],
  ["x += 7", "x += 8"],
  ["if (a) b = c", "if (true) b = c"],
  ["if (a) b = c", "if (false) b = c"],
  ["x = Math.floor(a)", "x = Math.ceil(a)"],
  ["x = a.some(b)", "x = a.every(b)"],
  ["check(a)", ";"],
  ["x = `${a * b}`", "x = `${a / b}`"],
])("%s becomes %s", (source, mutant) => expect(mutants(source)).toContain(mutant));

test.each(['import { a } from "b"', "type T = 1 | true", "interface T { readonly a: 2 }", "x = a.min"])(
  "%s has no mutants",
  (source) => expect(mutants(source)).toEqual([]),
);

test("each mutation names its line and changes one place", () => {
  const found = mutationsOf("x = a;\ny = b * c;");
  expect(found).toEqual([{ start: 13, end: 14, line: 2, original: "*", replacement: "/" }]);
});

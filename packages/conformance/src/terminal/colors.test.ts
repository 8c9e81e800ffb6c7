import { expect, test } from "vitest";
import { createColors } from "./colors.js";

test("the end of an inner style does not end the outer style", () => {
  const { bold, dim, red } = createColors(true);
  expect(bold(`a ${dim("b")} c`)).toBe("\u001b[1ma \u001b[2mb\u001b[22m\u001b[1m c\u001b[22m");
  expect(bold(red("a"))).toBe("\u001b[1m\u001b[31ma\u001b[39m\u001b[22m");
});

test("without colours text stays as it is", () => {
  expect(createColors(false).red("a")).toBe("a");
});

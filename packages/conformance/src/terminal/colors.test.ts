import { expect, test } from "vitest";
import { createColors } from "./colors.js";

test("what ends inside does not end what is around it", () => {
  const { bold, dim, red } = createColors(true);
  expect(bold(`a ${dim("b")} c`)).toBe("\u001b[1ma \u001b[2mb\u001b[22m\u001b[1m c\u001b[22m");
  expect(bold(red("a"))).toBe("\u001b[1m\u001b[31ma\u001b[39m\u001b[22m");
});

test("without colours text is left alone", () => {
  expect(createColors(false).red("a")).toBe("a");
});

import { expect, it } from "vitest";
import { screenHtml, terminalScreen } from "./terminal-screen.js";

const text = (written: string): readonly string[] =>
  terminalScreen(written).map((line) => line.map((piece) => piece.text).join(""));

it("goes up, and erases everything below", () => {
  expect(text("a\r\nb\r\nc\r\n\u001b[2A\u001b[0Jd\r\n")).toEqual(["a", "d", ""]);
});

it("writes over a line from its beginning", () => {
  expect(text("abc\rX\r\n")).toEqual(["Xbc", ""]);
});

it("keeps styles until they end", () => {
  const [line] = terminalScreen("\u001b[1mbold \u001b[32mgreen\u001b[39m\u001b[22m plain");
  expect(line).toEqual([
    { text: "bold ", styles: ["bold"] },
    { text: "green", styles: ["bold", "green"] },
    { text: " plain", styles: [] },
  ]);
  expect(screenHtml(terminalScreen("\u001b[2m<a&b>\u001b[22m"))).toBe('<span class="dim">&lt;a&amp;b></span>');
});

it("refuses an unknown sequence", () => {
  expect(() => terminalScreen("\u001b[5C")).toThrow("is not known");
  expect(() => terminalScreen("\u001b[95m")).toThrow("the style 95");
});

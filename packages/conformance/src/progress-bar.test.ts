import { expect, test } from "vitest";
import { progressBar } from "./progress-bar.js";

function recorded() {
  const written: string[] = [];
  return { written, terminal: { write: (text: string) => written.push(text) } };
}

test("is drawn at once, with finished, failed and next steps, and is no wider than the terminal", async () => {
  const { written, terminal } = recorded();
  const bar = progressBar(terminal, 60, 4);
  expect(written).toEqual([`\r${"░".repeat(24)}  0/4  \u001b[K`]);
  bar.begin("the first of a long name that has to be cut off somewhere");
  bar.advance(true);
  // The next drawing comes soon, and is one drawing for both changes.
  await expect.poll(() => written.length).toBe(2);
  expect(written[1]).toMatch(/^\r█{6}░{18} {2}1\/4, 1 failed {2}the first of a lon/);
  expect(written[1]!.replaceAll("\u001b[K", "").slice(1)).toHaveLength(59);
  bar.stop();
});

test("prints text above the bar", () => {
  const { written, terminal } = recorded();
  const bar = progressBar(terminal, 80, 1);
  bar.print("a word\n");
  expect(written.slice(1, 3)).toEqual(["\r\u001b[2K", "a word\n"]);
  expect(written.at(-1)).toContain("0/1");
  bar.stop();
});

test("does not come back after it was stopped", () => {
  const { written, terminal } = recorded();
  const bar = progressBar(terminal, 80, 1);
  bar.stop();
  const count = written.length;
  expect(written.at(-1)).toBe("\r\u001b[2K");
  bar.stop();
  bar.begin("another");
  bar.advance();
  bar.print("only this");
  expect(written.slice(count)).toEqual(["only this"]);
});

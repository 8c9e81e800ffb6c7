import { expect, test } from "vitest";
import { createProgress, describeSuite } from "./progress.js";

function tell(interactive: boolean): string {
  let text = "";
  const stderr = { write: (part: string) => (text += part) };
  const progress = createProgress({ stderr, interactive, size: () => ({ columns: 60, rows: 24 }) }, 10);
  progress.begin("a");
  progress.advance({ failed: true });
  progress.advance({ line: describeSuite("exact", 1234, 2) });
  progress.print("said\n");
  progress.stop();
  progress.stop();
  return text;
}

test("a pipe gets a line for each step that has one, with the number of steps done", () => {
  expect(tell(false)).toBe("[ 2/10] exact: 1,234 cases, 2 failed\nsaid\n");
});

test("a terminal shows a bar, and no bar at the end", () => {
  const text = tell(true);
  expect(text).toContain("2/10, 1 failed  a");
  expect(text).toContain("said\n");
  expect(text.endsWith("\r\u001b[2K")).toBe(true);
});

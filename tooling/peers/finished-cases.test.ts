import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { openFinished } from "./finished-cases.js";

const folder = mkdtempSync(join(tmpdir(), "convene-finished-"));
const path = join(folder, "cases.jsonl");
afterEach(() => rmSync(path, { force: true }));
afterAll(() => rmSync(folder, { recursive: true }));

const result = (name: string, status: "passed" | "failed" = "passed") =>
  ({ suite: "exact", name, status, milliseconds: 1 }) as const;

test("a file that is opened again has the last result of each added case", () => {
  const first = openFinished(path, "kind", "continue");
  first.add({ device: "adapter" });
  first.add({ result: result("a") });
  first.add({ result: result("b") });
  first.add({ result: result("a", "failed") });
  first.add({ shrunk: { suite: "exact", name: "a", problem: "c", message: "m", tries: 3 } });
  const again = openFinished(path, "kind", "continue");
  expect(again.results).toEqual([result("a", "failed"), result("b")]);
  expect(again.shrunk).toHaveLength(1);
  expect(again.device).toBe("adapter");
});

test("an incomplete line is left out, and later lines are complete", () => {
  openFinished(path, "kind", "continue").add({ result: result("a") });
  appendFileSync(path, '{"result":{"suite":"exact","na');
  const again = openFinished(path, "kind", "continue");
  expect(again.results).toEqual([result("a")]);
  again.add({ result: result("b") });
  expect(openFinished(path, "kind", "continue").results).toEqual([result("a"), result("b")]);
});

test("results of another kind of run are refused, replaced or continued, as asked", () => {
  openFinished(path, "kind", "continue").add({ result: result("a") });
  expect(() => openFinished(path, "other", "continue")).toThrow(/--fresh starts again, --anyway goes on/);
  expect(openFinished(path, "other", "anyway").results).toHaveLength(1);
  expect(openFinished(path, "other", "fresh").results).toHaveLength(0);
  expect(openFinished(path, "other", "continue").results).toHaveLength(0);
});

test("a file of another program is refused", () => {
  writeFileSync(path, "something else\n");
  expect(() => openFinished(path, "kind", "continue")).toThrow(/results of another/);
});

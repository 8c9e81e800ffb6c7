import { relative } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../checks/workspace.js";
import { stale } from "./emit.js";

it("each emitted tile is what its template gives (pnpm emit writes them)", () => {
  expect([...stale().keys()].map((file) => relative(ROOT, file))).toEqual([]);
});

import { relative } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../checks/workspace.js";
import { stale } from "./emit.js";

it("each emitted tile equals the result of its template (pnpm emit writes the tiles)", async () => {
  expect([...(await stale()).keys()].map((file) => relative(ROOT, file))).toEqual([]);
});

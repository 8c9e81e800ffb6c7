/** The table of operations in docs/writing-a-backend.md has all kinds and fields. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { OPERATION_FIELDS } from "../../packages/core/src/operations/operation-problem.js";
import { ROOT } from "../checks/workspace.js";

/** A row: kinds in quotes, then the names of their fields in one pair of quotes. */
const ROW = /^\| ((?:`\w+`(?:, )?)+) +\| `([\w ]+)` +\|/gm;

it("names the fields of every kind of operation", () => {
  const page = readFileSync(join(ROOT, "docs", "writing-a-backend.md"), "utf8");
  const section = page.slice(page.indexOf("The fields of each kind"), page.indexOf("--suite operations`"));
  const rows = [...section.matchAll(ROW)].flatMap(([, kinds, fields]) =>
    [...kinds!.matchAll(/\w+/g)].map(([kind]) => [kind, fields!.split(" ").sort()]),
  );
  const wanted = Object.entries(OPERATION_FIELDS).map(([kind, fields]) => [
    kind,
    Object.keys(fields)
      .filter((name) => name !== "n")
      .sort(),
  ]);
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(wanted));
});

/** The wrong backend of docs/writing-a-backend.md, made as the guide says, and what the guide prints of it. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describeFinding, runConformance } from "@convene/conformance";
import { afterAll, expect, it } from "vitest";
import type { plain } from "./backend.js";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const guide = readFileSync(path("../../docs/writing-a-backend.md"), "utf8");
const section = guide.slice(guide.indexOf("### From failures to a cause"));
/** Within this folder, so that the copy finds the packages that the example finds; `.cache` is in no commit. */
const FOLDER = path("./.cache/diagnosis");
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

it("the suite finds the fault of the guide, in the words that the guide quotes", { timeout: 120_000 }, async () => {
  const [, wrongLines = ""] = /```diff\n([^]*?)```/.exec(section) ?? [];
  const [, printed = ""] = /```\n(Mostly[^]*?|Fails[^]*?)```/.exec(section) ?? [];
  const line = (mark: string): string =>
    wrongLines
      .split("\n")
      .find((each) => each.startsWith(mark))!
      .slice(1)
      .trim();
  const right = readFileSync(path("./backend.js"), "utf8");
  expect(right).toContain(line("-"));
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/backend.js`, right.replace(line("-"), line("+")));
  const { default: wrong } = (await import(`${FOLDER}/backend.js`)) as { readonly default: typeof plain };
  const { counts, diagnosis } = await runConformance(wrong, {
    suites: ["exact"],
    selection: "quick",
    randomProblems: 0,
  });
  expect(section).toContain(`${counts.failed} of ${counts.failed + counts.passed} cases fail`);
  expect(diagnosis!.findings.map((finding) => describeFinding(finding).join("\n"))).toEqual([printed.trim()]);
});

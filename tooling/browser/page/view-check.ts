/** The common parts of the checks of all views. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import assert from "node:assert/strict";
import type { Page } from "playwright-core";

/** Drives one view of the built page, and throws at a fault. */
export interface ViewCheck {
  readonly name: string;
  /** @param url the page's address, without a hash. The page is new, and has not opened an address yet */
  readonly check: (page: Page, url: string) => Promise<void>;
}

/** The text of axe-core, which is a script for the page. */
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

/** Checks that axe-core finds no fault in the present page. */
export async function checkAccessible(page: Page, what: string): Promise<void> {
  await page.evaluate(AXE);
  // Wait for the transition of colours after a change of the theme, because its contrasts differ.
  await page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const moving = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(moving.map((animation) => animation.finished));
  });
  const violations = (await page.evaluate(
    "axe.run({ resultTypes: ['violations'] }).then((result) => result.violations)",
  )) as readonly Violation[];
  const said = violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}, at ${nodes
        .slice(0, 3)
        .map(({ target, failureSummary }) => `${target.join(" ")} (${failureSummary ?? ""})`)
        .join("; ")}`,
  );
  assert.deepEqual(said, [], `axe-core on ${what}`);
}

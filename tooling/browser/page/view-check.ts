/** What the checks of all views share. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import assert from "node:assert/strict";
import type { Page } from "playwright-core";

/** Drives one view of the built page, and throws at what is wrong. */
export interface ViewCheck {
  readonly name: string;
  /** @param url of the page, without a hash; the page is new, and has not gone anywhere yet */
  readonly check: (page: Page, url: string) => Promise<void>;
}

/** As a script in the page, because that is what axe-core is. */
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

/** axe-core finds nothing in what the page shows now. */
export async function checkAccessible(page: Page, what: string): Promise<void> {
  await page.evaluate(AXE);
  // Colours that are still on their way to those of another theme have contrasts of their own.
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

/**
 * Checks the compare view with backends that fail in the middle: one throws, one loses its device, one gives no answer, one blocks its
 * thread. Also checks a stop. The page names each, the others go on, and earlier figures stay.
 */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { ViewCheck } from "./view-check.js";

/** Milliseconds: graphics in software compile shaders slowly. */
const LONG = 120_000;
const [BEFORE, TROUBLE] = ["ic3_ih7_oc8_kh3", "ic8_ih6_oc4_kh1"];

const linkOf = (backends: string, time: number): string =>
  `#compare?workload=problems&problems=${BEFORE},${TROUBLE}&backends=${backends}&time=${time}&roofline=no`;

export const troubleCheck: ViewCheck = {
  name: "trouble",
  check: async (page, url) => {
    await page.clock.install();
    await checkFailures(page, url);
    await checkStop(page, url);
    // This check is last, because it changes the page's clock, also for the next document.
    await checkBlocked(page, url);
  },
};

const compareButton = (page: Page) => page.getByRole("button", { name: "Compare", exact: true });
const rowOf = (page: Page, problem: string) => page.locator(".layers tbody tr").filter({ hasText: problem });

async function open(page: Page, address: string): Promise<void> {
  await page.goto("about:blank");
  await page.goto(address);
  // Wait for the list of other libraries.
  await page.locator(".libraries label").first().waitFor({ state: "attached" });
}

async function checkFailures(page: Page, url: string): Promise<void> {
  await open(page, `${url}${linkOf("cpu,throws,loses-device,silent", 25)}`);
  const libraries = await page.locator(".libraries").innerText();
  assert.match(libraries, /throws\s+cpu, and then an exception, 1\.2\.3/);
  assert.match(libraries, /Not installed: npm run peers -- absent page/);
  await compareButton(page).click();
  await page.getByText(", complete").waitFor({ timeout: LONG });

  const cells = async (problem: string): Promise<readonly string[]> =>
    await rowOf(page, problem).locator("td").allInnerTexts();
  const [, ...before] = await cells(BEFORE);
  assert.equal(before.length, 4);
  for (const each of before) assert.match(each, /^~?[\d.]+/, "what was measured before the failure stays");
  const [, own, ...failed] = await cells(TROUBLE);
  assert.match(own!, /^~?[\d.]+/);
  assert.deepEqual(failed, ["failed", "device lost", "no answer"]);

  const said = await page.getByRole("region", { name: "Circumstances" }).innerText();
  assert.match(said, /throws has no figure at ic8_ih6_oc4_kh1: a planted fault/);
  assert.match(said, /loses-device.*given up:.*lost/);
  assert.match(said, /silent.*given up: no answer/);
  assert.match(said, /throws 1\.2\.3/, "a library's version");
  const downloads = await page.locator(".stages tbody tr").filter({ hasText: "throws" }).innerText();
  assert.match(downloads, /kB/, "what a library takes to download");
  assert.deepEqual(await page.locator(".bars .bar-name").allInnerTexts(), ["cpu"], "cpu goes on, and is ranked");
}

/** A blocked worker. The test moves the page's own clock forward. */
async function checkBlocked(page: Page, url: string): Promise<void> {
  await open(page, `${url}${linkOf("cpu,blocks", 25)}`);
  await compareButton(page).click();
  await rowOf(page, BEFORE).waitFor({ timeout: LONG });
  await page.locator(".running").getByText(TROUBLE).waitFor({ timeout: LONG });
  await page.clock.fastForward(130_000);
  const notice = page.getByRole("alert").filter({ hasText: "No word from the comparison" });
  await notice.waitFor();
  assert.match(await notice.innerText(), /at ic8_ih6_oc4_kh1, so it was ended.*What was measured until then is kept/s);
  assert.match(await rowOf(page, BEFORE).innerText(), /\d/);
  await page.getByText("stopped: what was measured until then").waitFor();
  await compareButton(page).waitFor();
}

/** A stop while a backend blocks the worker. */
async function checkStop(page: Page, url: string): Promise<void> {
  await open(page, `${url}${linkOf("cpu,blocks", 25)}`);
  await compareButton(page).click();
  await rowOf(page, BEFORE).waitFor({ timeout: LONG });
  await page.locator(".running").getByText(TROUBLE).waitFor({ timeout: LONG });
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("stopped: what was measured until then").waitFor();
  assert.match(await rowOf(page, BEFORE).innerText(), /\d/);
}

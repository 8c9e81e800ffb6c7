/**
 * `pnpm page`: drives the built page in headless Chromium through all its views: by pointer and keyboard, with axe-core, with links that
 * hold a state and links with wrong values, on a host with the isolation headers and on a host without them. With names of views behind
 * the command, it checks only these.
 */

import assert from "node:assert/strict";
import process from "node:process";
import type { Browser } from "playwright-core";
import { gzipped } from "../../checks/bundle.js";
import { fail } from "../../checks/workspace.js";
import { openBrowser, servePage } from "./built-page.js";
import { compareCheck } from "./compare-check.js";
import { explainCheck } from "./explain-check.js";
import { plantPeers } from "./planted-peers.js";
import { playgroundCheck } from "./playground-check.js";
import { troubleCheck } from "./trouble-check.js";
import type { ViewCheck } from "./view-check.js";

/** The most gzipped bytes that are fetched before the first view is complete. */
const FIRST_VIEW = 150_000;

const sizeCheck: ViewCheck = {
  name: "size",
  check: async (page, url) => {
    const bodies: Promise<Buffer>[] = [];
    page.on("response", (response) => bodies.push(response.body()));
    await page.goto(url, { waitUntil: "networkidle" });
    const size = (await Promise.all(bodies)).reduce((sum, body) => sum + gzipped(body), 0);
    assert.ok(bodies.length >= 4, "the first view is a document, a style sheet and two scripts at least");
    assert.ok(size < FIRST_VIEW, `the first view has ${size} bytes under gzip; at most ${FIRST_VIEW} were expected`);
    process.stdout.write(`page, first view: ${(size / 1000).toFixed(1)} kB under gzip\n`);
  },
};

/** On a host without headers the service worker isolates the page, and the page is loaded once more. */
const isolationCheck: ViewCheck = {
  name: "isolation",
  check: async (page, url) => {
    await page.goto(url);
    await page.getByText("Threads can share memory here").waitFor();
    assert.equal(await page.evaluate(() => crossOriginIsolated), true);
  },
};

/** Without service workers, without any workers and without SIMD, the page says so, and says what still works. */
const bareCheck: ViewCheck = {
  name: "isolation, without service workers",
  check: async (page, url) => {
    await page.addInitScript(() => {
      // Like a browser without them.
      delete (Navigator.prototype as { serviceWorker?: unknown }).serviceWorker;
      delete (globalThis as { Worker?: unknown }).Worker;
      WebAssembly.validate = () => false;
    });
    await page.goto(`${url}#compare`);
    await page.getByText("One thread only").waitFor();
    await page.getByText("This browser has no WebAssembly SIMD: cpu:js computes the same.").first().waitFor();
    // No other libraries are served here, and the page says how to get them.
    await page.getByText("Other libraries").click();
    await page.getByText("npm run peers -- page").waitFor();
    await page.getByRole("button", { name: "Compare", exact: true }).click();
    await page.getByText("This browser starts no worker").waitFor();
    await page.getByText("Explain works without").waitFor();
  },
};

const CHECKS: readonly { readonly view: ViewCheck; readonly host: "isolated" | "plain" | "peers" }[] = [
  { view: sizeCheck, host: "isolated" },
  { view: explainCheck, host: "isolated" },
  { view: compareCheck, host: "isolated" },
  { view: troubleCheck, host: "peers" },
  { view: playgroundCheck, host: "isolated" },
  { view: isolationCheck, host: "plain" },
  { view: bareCheck, host: "plain" },
];

async function run(browser: Browser, { name, check }: ViewCheck, url: string): Promise<void> {
  const begun = performance.now();
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, bypassCSP: false });
  const page = await context.newPage();
  // A busy machine is slow, but this is no fault.
  page.setDefaultTimeout(90_000);
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("request", (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(url)) errors.push(`fetched ${request.url()}`);
  });
  try {
    await check(page, url);
    assert.deepEqual(errors, [], `${name}: errors in the console, and what was fetched from elsewhere`);
    process.stdout.write(`page, ${name}: right (${((performance.now() - begun) / 1000).toFixed(1)} s)\n`);
  } catch (error) {
    for (const each of errors) process.stderr.write(`  console: ${each}\n`);
    throw error;
  } finally {
    await context.close();
  }
}

try {
  const only = process.argv.slice(2);
  const hosts = {
    isolated: await servePage(true),
    plain: await servePage(false),
    peers: await servePage(true, await plantPeers()),
  };
  const browser = await openBrowser();
  let failed = 0;
  try {
    for (const { view, host } of CHECKS) {
      if (only.length > 0 && !only.includes(view.name)) continue;
      try {
        await run(browser, view, hosts[host].url);
      } catch (error) {
        failed++;
        process.stderr.write(`page, ${view.name}: ${error instanceof Error ? error.stack : String(error)}\n`);
      }
    }
  } finally {
    await browser.close();
    for (const each of Object.values(hosts)) each.close();
  }
  if (failed > 0) process.exitCode = 1;
} catch (error) {
  fail(error);
}

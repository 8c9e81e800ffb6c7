/**
 * Bundles a page with Vite from the installed packages, as an application would, and opens it in headless Chromium:
 * worker-threads starts its workers from inside a bundle.
 */

import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { runInChromium } from "../browser/run-page.js";
import { ROOT, run } from "./workspace.js";

const FIXTURE = join(ROOT, "tooling", "checks", "packed", "page.js");
const PAGE = `<!doctype html><title>packed</title><script type="module" src="./page.js"></script>\n`;

/** In a folder where the packages and Vite are installed. @throws Error if the page does not give the right answer */
export async function checkBrowser(folder: string): Promise<void> {
  const page = join(folder, "page");
  mkdirSync(page);
  copyFileSync(FIXTURE, join(page, "page.js"));
  writeFileSync(join(page, "index.html"), PAGE);
  run("npx", ["vite", "build", page, "--outDir", "dist", "--logLevel", "error"], folder);
  await runInChromium(join(page, "dist"), (report) => process.stdout.write(`Vite, in Chromium: ${String(report)}\n`));
}

/** Pages of the program, in headless Chromium. */

import process from "node:process";
import { type Chromium, findChromium, startChromium } from "../../browser/chromium.js";
import { type PageOptions, runInChromium } from "../../browser/run-page.js";
import type { Cells } from "./table.js";

/** The Chromium of all pages without flags of their own. A start takes three seconds of processor time. */
let shared: Promise<Chromium> | undefined;

/** Opens the page in `folder`, and returns its cells. */
export async function openPage(folder: string, options: PageOptions = {}): Promise<Cells> {
  let cells: Cells | undefined;
  const path = findChromium();
  const own = options.flags !== undefined || path === undefined;
  const chromium = own ? undefined : await (shared ??= startShared(path));
  try {
    const all = chromium ? { ...options, chromium } : options;
    await runInChromium(folder, (report) => void (cells = report as Cells), all);
  } catch (error) {
    // The page may have harmed the browser, and must not harm the pages after it.
    await closePages();
    throw error;
  }
  if (!cells)
    throw new Error("the page sent no report; pages need a Chromium, which is `chromium` on PATH or CHROMIUM");
  return cells;
}

function startShared(path: string): Promise<Chromium> {
  // Chromium has a process group of its own, which Ctrl-C does not reach.
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void closePages().finally(() => process.exit(1)));
  }
  return startChromium(path);
}

/** Ends the Chromium of the pages. */
export async function closePages(): Promise<void> {
  const open = shared;
  shared = undefined;
  await (await open?.catch(() => undefined))?.close();
}

/** Pages of the program, in headless Chromium. */

import { type PageOptions, runInChromium } from "../../browser/run-page.js";
import type { Cells } from "./table.js";

/** Opens the page in `folder`, and returns its cells. */
export async function openPage(folder: string, options: PageOptions = {}): Promise<Cells> {
  let cells: Cells | undefined;
  await runInChromium(folder, (report) => void (cells = report as Cells), options);
  if (!cells)
    throw new Error("the page sent no report; pages need a Chromium, which is `chromium` on PATH or CHROMIUM");
  return cells;
}

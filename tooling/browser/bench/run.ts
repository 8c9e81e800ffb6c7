/**
 * `pnpm browser-bench`: runs the page's Compare view in headless Chromium, with our backends beside other libraries, in one
 * interleaved run for each workload. The page works as for a reader. This program opens a link, waits, and saves the page's own file
 * of results.
 */

import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import type { Browser } from "playwright-core";
import type { CompareReport } from "../../../apps/benchmark/src/engine/compare-report.js";
import { parseReport } from "../../../apps/benchmark/src/engine/parse-report.js";
import { parseBackendName } from "../../../apps/benchmark/src/engine/backend-name.js";
import { isProblem } from "../../../apps/benchmark/src/engine/workloads/index.js";
import { cacheFolder, fail } from "../../checks/workspace.js";
import { installPagePeer } from "../../peers/install.js";
import { isPagePeerName, PAGE_PEERS, servePeer } from "../../peers/page-peers.js";
import { openBrowser, servePage } from "../page/built-page.js";
import { reportLines } from "./report-lines.js";

const OURS = ["cpu", "worker-threads", "gpu?mode=webgl2", "gpu?mode=webgpu"];
const DEFAULT = [...OURS, ...Object.keys(PAGE_PEERS)].join(",");

const USAGE = `usage: pnpm browser-bench [workload or problem]... [--backends <names>] [--time <ms>] [--json <folder>]

  workloads   yardstick, mobilenet-v1, mobilenet-v2, resnext50, textbook; problems make one workload together.
              Default: yardstick mobilenet-v2
  --backends  with commas; the first is what ratios are relative to. Default: ${DEFAULT}
              Other libraries are installed into .cache/peers on first use
  --time      milliseconds for each layer and backend. Default 400
  --json      a folder for the results, which the page and convene compare read. Default .cache/browser-bench

  Chromium computes graphics in software, unless CHROMIUM_ADAPTER=hardware is in the environment.`;

/** Milliseconds for a whole workload. A driver in software on a busy machine is very slow. */
const PATIENCE = 3_600_000;

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      backends: { type: "string", default: DEFAULT },
      time: { type: "string", default: "400" },
      json: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) console.log(USAGE);
  else await main(positionals, values.backends.split(","), Number(values.time), values.json);
} catch (error) {
  fail(error);
}

async function main(
  targets: readonly string[],
  backends: readonly string[],
  time: number,
  json: string | undefined,
): Promise<void> {
  if (!(time >= 5 && time <= 60_000)) throw new Error(`--time (${time}) must be 5 to 60000 milliseconds`);
  for (const name of new Set(backends.map((each) => parseBackendName(each).base))) {
    if (isPagePeerName(name)) await installPagePeer(name, PAGE_PEERS[name]);
  }
  const folder = json ?? cacheFolder("browser-bench");
  mkdirSync(folder, { recursive: true });
  const problems = targets.filter(isProblem);
  const named = targets.length === 0 ? ["yardstick", "mobilenet-v2"] : targets.filter((each) => !isProblem(each));
  const served = await servePage(true, servePeer);
  const browser = await openBrowser({ webgpu: true });
  console.log(`${cpus()[0]?.model ?? "an unknown processor"}, ${cpus().length} cores, Chromium ${browser.version()}`);
  if (process.env["CHROMIUM_ADAPTER"] !== "hardware") {
    console.log(
      "WebGL2 and WebGPU are drivers in software here, on the same cores: those rows say nothing of a graphics processor.",
    );
  }
  try {
    for (const workload of [...named, ...(problems.length > 0 ? ["problems"] : [])]) {
      const file = join(folder, `${workload}.json`);
      const link = new URLSearchParams({ workload, backends: backends.join(","), time: String(time), roofline: "no" });
      if (workload === "problems") link.set("problems", problems.join(","));
      const report = await compareInPage(browser, `${served.url}#compare?${link.toString()}`, file);
      console.log(["", ...reportLines(report), "", file].join("\n"));
      // An incomplete comparison is a failure. A wrong result of a library is not: it is a part of the report.
      if (report.outcome !== "complete") process.exitCode = 1;
    }
  } finally {
    await browser.close();
    served.close();
  }
}

/** Presses Compare, prints the progress, and keeps the file that the page saves. */
async function compareInPage(browser: Browser, address: string, file: string): Promise<CompareReport> {
  const context = await browser.newContext({ acceptDownloads: true });
  try {
    const page = await context.newPage();
    page.on("pageerror", (error) => console.error(`the page: ${error.message}`));
    await page.goto(address);
    const compare = page.getByRole("button", { name: "Compare", exact: true });
    // The list of libraries must be there first, because an earlier start would not know them.
    await page.locator(".libraries label").first().waitFor();
    await compare.click();
    await page.getByRole("button", { name: "Stop" }).waitFor();
    const tell = setInterval(() => {
      page
        .locator(".running")
        .innerText()
        .then((text) => process.stderr.write(`  ${text.replaceAll(/\s+/g, " ")}\n`))
        .catch(() => undefined);
    }, 30_000);
    try {
      await compare.waitFor({ timeout: PATIENCE });
    } finally {
      clearInterval(tell);
    }
    const trouble = page.locator(".compare-main .notice.bad[role=alert]");
    if ((await trouble.count()) > 0) console.error(`the page: ${await trouble.innerText()}`);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save results" }).click(),
    ]);
    copyFileSync((await download.path())!, file);
    return parseReport(readFileSync(file, "utf8"));
  } finally {
    await context.close();
  }
}

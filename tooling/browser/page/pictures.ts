/**
 * `pnpm pictures`: makes the pictures of README and docs. They show each view of the page, light and dark, on a phone and wide, and the
 * command in a terminal. With names behind the command, such as `compare` or `terminal`, it makes only these.
 */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { Page } from "playwright-core";
import { fail, ROOT } from "../../checks/workspace.js";
import { openBrowser, servePage } from "./built-page.js";
import { savePicture } from "./save-picture.js";
import { terminalPictures } from "./terminal-pictures.js";

const FOLDER = join(ROOT, "docs", "pictures");

interface Shot {
  readonly name: string;
  readonly hash: string;
  /** Whether the picture contains a photo. Then a JPEG has a tenth of a PNG's bytes. */
  readonly photo?: boolean;
  /** The element to which a phone is scrolled. */
  readonly onPhone?: string;
  /** Called before the picture is taken. */
  readonly before?: (page: Page) => Promise<void>;
}

const SHOTS: readonly Shot[] = [
  { name: "explain", hash: "#explain", before: untilPainted },
  { name: "explain-pair", hash: "#explain?pair=yes&cell=output-1-40-2-2", before: untilPainted },
  {
    name: "explain-groups",
    hash: "#explain?problem=g8_ic32_ih7_oc32_kh3_ph1&cell=output-0-13-3-3",
    before: untilPainted,
  },
  {
    name: "compare",
    onPhone: ".headline",
    hash: "#compare?time=25&backends=cpu,worker-threads,cpu:js,planted-fault",
    before: async (page) => {
      await page.getByRole("button", { name: "Compare", exact: true }).click();
      await page.getByText(", complete").waitFor({ timeout: 180_000 });
    },
  },
  { name: "playground", hash: "#playground?left=cpu&right=cpu:js", photo: true, before: untilCompared },
];

/** Waits until the planes have their values, which a busy machine paints late. */
async function untilPainted(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const canvas = document.querySelector<HTMLCanvasElement>(".explain canvas");
    const { data } = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? {};
    return data?.some((value) => value !== 0);
  });
}

async function untilCompared(page: Page): Promise<void> {
  await page.locator(".playground .difference canvas").waitFor();
  await untilRun(page);
}

/** Waits until the medians have their full number of runs. */
async function untilRun(page: Page): Promise<void> {
  await page
    .locator(".playground .side")
    .filter({ hasText: /median of (1\d|2\d) runs/ })
    .first()
    .waitFor();
}

const SIZES = [
  { name: "wide", width: 1600, height: 1000, scale: 1, phone: false },
  { name: "phone", width: 390, height: 844, scale: 1.5, phone: true },
] as const;

try {
  mkdirSync(FOLDER, { recursive: true });
  const only = process.argv.slice(2);
  const served = await servePage(true);
  const browser = await openBrowser();
  try {
    if (only.length === 0 || only.includes("terminal")) {
      for (const file of await terminalPictures(browser, FOLDER)) process.stdout.write(`${file}\n`);
    }
    for (const shot of SHOTS.filter(({ name }) => only.length === 0 || only.includes(name))) {
      for (const { name, width, height, scale, phone } of SIZES) {
        for (const colorScheme of ["light", "dark"] as const) {
          const context = await browser.newContext({
            viewport: { width, height },
            deviceScaleFactor: scale,
            isMobile: phone,
            hasTouch: phone,
            colorScheme,
            reducedMotion: "reduce",
          });
          const page = await context.newPage();
          // No scroll bar is drawn here, so its place would stay empty.
          await page.addInitScript(() => {
            document.addEventListener("DOMContentLoaded", () => {
              document.documentElement.style.setProperty("scrollbar-gutter", "auto");
            });
          });
          await page.goto(`${served.url}${shot.hash}`);
          await page.locator("main .card").first().waitFor();
          await shot.before?.(page);
          if (phone && shot.onPhone !== undefined) {
            await page
              .locator(shot.onPhone)
              .first()
              .evaluate((part) => {
                part.scrollIntoView({ block: "start", behavior: "instant" });
                // The head of the page stays at the top, so scroll a little less.
                scrollBy({ top: -document.querySelector("header")!.offsetHeight - 12, behavior: "instant" });
              });
          }
          await page.waitForTimeout(300);
          const file = join(FOLDER, `${shot.name}-${name}-${colorScheme}.${shot.photo ? "jpg" : "png"}`);
          const picture = await page.screenshot(shot.photo ? { type: "jpeg", quality: 80 } : {});
          await savePicture(file, picture);
          process.stdout.write(`${file}\n`);
          await context.close();
        }
      }
    }
  } finally {
    await browser.close();
    served.close();
  }
} catch (error) {
  fail(error);
}

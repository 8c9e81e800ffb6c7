/** Checks the playground in a browser: photos, filters, the divider, links, a network, and the messages for bad files. */

import { equal, match, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { ROOT } from "../../checks/workspace.js";
import { checkAccessible, type ViewCheck } from "./view-check.js";

/** A small photo, on backends that every browser has. The result of the computation does not matter here. */
const FAST = "#playground?left=cpu&right=cpu:js&size=256";

/** The longest time of one run on a busy machine, in milliseconds. */
const PATIENCE = 60_000;

const ONNX = join(ROOT, "packages", "onnx", "test-files", "torch", "mobilenet-v2.onnx");

export const playgroundCheck: ViewCheck = {
  name: "playground",
  check: async (page, url) => {
    await page.goto(`${url}${FAST}`);
    await settled(page);
    match(await textOf(page, ".verdict"), /they agree|bit for bit/);
    match(await textOf(page, ".facts"), /Multiplications\s+2,363,904/);
    await checkAccessible(page, "the playground");

    await checkDivider(page);
    await checkFilters(page);
    await page.emulateMedia({ colorScheme: "dark" });
    await checkAccessible(page, "the playground with a custom kernel, dark");
    await checkBackends(page);
    await checkLink(page, url);
    await checkPhotos(page);
    await checkNetwork(page);
  },
};

/** Waits until the latest run is complete, and only measurements go on. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () => {
      const doing = document.querySelector(".doing")?.textContent;
      const isIdle = doing === "" || doing === "Measuring";
      return isIdle && document.querySelector(".stage-picture canvas, .facts .notice") !== null;
    },
    undefined,
    { timeout: PATIENCE },
  );
}

/** Calls `act`, which starts a run, and waits until the run has ended. */
async function running(page: Page, act: () => Promise<unknown>): Promise<void> {
  const before = await page.evaluate(() => document.querySelector(".playground")?.getAttribute("data-finished"));
  await act();
  await page.waitForFunction(
    (old) => document.querySelector(".playground")?.getAttribute("data-finished") !== old,
    before,
    { timeout: PATIENCE },
  );
  await settled(page);
}

const textOf = (page: Page, selector: string): Promise<string> => page.locator(selector).first().innerText();

/** A number for the content of a canvas. Equal pixels give the same number. */
function pixels(page: Page, selector: string): Promise<number> {
  return page.evaluate((where) => {
    const canvas = document.querySelector<HTMLCanvasElement>(where);
    const data = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data;
    if (!data) throw new Error(`no canvas at ${where}`);
    return data.reduce((hash, each) => (Math.imul(hash, 31) + each) | 0, 7);
  }, selector);
}

async function checkDivider(page: Page): Promise<void> {
  const divider = page.getByRole("slider", { name: /Divider/ });
  await divider.focus();
  await page.keyboard.press("ArrowRight");
  equal(await divider.getAttribute("aria-valuenow"), "52");
  await page.keyboard.press("Home");
  equal(await divider.getAttribute("aria-valuenow"), "0");
  const frame = await page.locator(".stage-picture").boundingBox();
  ok(frame);
  const y = frame.y + frame.height / 3;
  await page.mouse.move(frame.x + 2, y);
  await page.mouse.down();
  await page.mouse.move(frame.x + frame.width * 0.75, y);
  await page.mouse.up();
  equal(await divider.getAttribute("aria-valuenow"), "75");
}

async function checkFilters(page: Page): Promise<void> {
  const sobel = await pixels(page, ".stage-picture canvas");
  await running(page, () => page.getByRole("radio", { name: "Gaussian blur" }).check({ force: true }));
  const blurred = await pixels(page, ".stage-picture canvas");
  ok(sobel !== blurred, "another filter gives another picture");
  // The arrow keys choose the groups, as for all radio buttons.
  const macs = async (): Promise<number> => Number((await textOf(page, ".facts dd")).replaceAll(/\D/g, ""));
  const depthwise = await macs();
  await page.getByRole("radio", { name: "3 depthwise" }).focus();
  await running(page, () => page.keyboard.press("ArrowLeft"));
  equal(await macs(), 3 * depthwise);
  equal(await pixels(page, ".stage-picture canvas"), blurred, "one group gives the same picture as three");
  await running(page, () => page.getByRole("radio", { name: "Custom kernel" }).check({ force: true }));
  const cell = page.getByLabel("Row 2, column 2");
  await cell.fill("9");
  await running(page, () => cell.press("Tab"));
  match(await textOf(page, ".custom"), /Sum\s+5/);
}

async function checkBackends(page: Page): Promise<void> {
  await running(page, () => page.getByLabel("Right side").selectOption("worker-threads"));
  match(await textOf(page, ".side.right"), /thread/);
  match(await textOf(page, ".verdict"), /bit for bit/);
  // Chromium is started without WebGPU.
  await running(page, () => page.getByLabel("Right side").selectOption("gpu:webgpu"));
  match(await textOf(page, ".side.right"), /cannot run here.*WebGPU/s);
  match(await textOf(page, ".side.left"), /ms/);
  await running(page, () => page.getByLabel("Right side").selectOption("cpu:js"));
}

async function checkLink(page: Page, url: string): Promise<void> {
  await page.getByRole("radio", { name: "Gabor bank" }).check({ force: true });
  await settled(page);
  await page.waitForFunction(() => location.hash.includes("filter=gabor"));
  const hash = new URL(page.url()).hash;
  await page.goto("about:blank");
  await page.goto(`${url}${hash}`);
  await settled(page);
  ok(await page.getByRole("radio", { name: "Gabor bank" }).isChecked());
  ok(await page.getByRole("radio", { name: "7 × 7" }).isChecked());
  equal(await page.getByRole("slider", { name: /Divider/ }).getAttribute("aria-valuenow"), "75");
}

/** A picture of 3 x 2 pixels that Chromium itself has made. */
async function png(page: Page): Promise<Buffer> {
  const base64 = await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [3, 2];
    canvas.getContext("2d")!.fillRect(1, 0, 1, 2);
    return canvas.toDataURL("image/png").split(",")[1]!;
  });
  return Buffer.from(base64, "base64");
}

/** The same file, with another width and height in its header. */
function withSize(file: Buffer, side: number): Buffer {
  const changed = Buffer.from(file);
  changed.writeUInt32BE(side, 16);
  changed.writeUInt32BE(side, 20);
  return changed;
}

async function checkPhotos(page: Page): Promise<void> {
  const input = page.locator(".photo-bar input[type=file]");
  const small = await png(page);
  const give = (name: string, buffer: Buffer) => () => input.setInputFiles({ name, mimeType: "image/png", buffer });
  // Waited for, because its end would be taken for that of the photo's run.
  await running(page, () => page.getByRole("radio", { name: "3 × 3" }).check({ force: true }));
  await running(page, give("small.png", small));
  match(await textOf(page, ".photo-info"), /small\.png, 3 × 2/);
  for (const [name, content, words] of [
    ["cut.png", small.subarray(0, 40), /cannot decode it/],
    ["empty.png", Buffer.alloc(0), /empty/],
    ["photo.heic", Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic"), /HEIC/],
    ["huge.png", withSize(small, 65_000), /4225 megapixels/],
    ["notes.txt", Buffer.from("hello"), /no image/],
  ] as const) {
    await give(name, content)();
    await page.locator(".photo-bar .notice").filter({ hasText: words }).waitFor({ timeout: PATIENCE });
  }
  match(await textOf(page, ".photo-info"), /small\.png/);
  await running(page, () => page.getByRole("button", { name: "Drawn scene" }).click());
}

async function checkNetwork(page: Page): Promise<void> {
  const input = page.locator(".photo-bar input[type=file]");
  await input.setInputFiles({ name: "bad.onnx", mimeType: "", buffer: Buffer.from("hello") });
  await page.locator(".photo-bar .notice").filter({ hasText: "ONNX" }).waitFor({ timeout: PATIENCE });
  const network = { name: "mobilenet-v2.onnx", mimeType: "", buffer: readFileSync(ONNX) };
  await running(page, () => input.setInputFiles(network));
  await checkAccessible(page, "the playground with a network");
  match(await textOf(page, ".network"), /mobilenet-v2\.onnx.*layers/s);
  await running(page, () => page.getByRole("button", { name: "Back to the filters" }).click());
}

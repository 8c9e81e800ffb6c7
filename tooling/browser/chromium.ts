/** Finds and starts a headless Chromium that talks to nobody but the page's own server. */

import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/** Its path: from `CHROMIUM`, or the first of the usual names that is on PATH. */
export function findChromium(): string | undefined {
  const { CHROMIUM, PATH = "" } = process.env;
  if (CHROMIUM) return CHROMIUM;
  const folders = PATH.split(delimiter).filter(Boolean);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A graphics processor in software, which every machine has: what runs here runs the same elsewhere. */
const SOFTWARE_ADAPTER = ["--use-webgpu-adapter=swiftshader", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];

/** With `CHROMIUM_ADAPTER=hardware` in the environment, on whichever adapter it takes; `more` are flags of Chromium's. */
export function startChromium(path: string, profile: string, url: string, more: readonly string[] = []): ChildProcess {
  const flags = [
    "--headless",
    // Chromium's sandbox does not run as root, as a container's commands do; the page is ours.
    "--no-sandbox",
    "--enable-unsafe-webgpu",
    ...(process.env["CHROMIUM_ADAPTER"] === "hardware" ? [] : SOFTWARE_ADAPTER),
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // A tab that nobody sees would else be slowed down.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    // /dev/shm is small in a container.
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
    `--user-data-dir=${profile}`,
    ...more,
  ];
  // In a group of its own, so that `killChromium` reaches what it has started.
  return spawn(path, [...flags, url], { stdio: "ignore", detached: true });
}

/** Ends it and its processes: one that lives on would write to its profile while that is deleted. */
export function killChromium({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

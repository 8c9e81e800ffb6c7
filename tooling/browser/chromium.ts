/** Finds and starts a headless Chromium that talks only to the page's own server. */

import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/** The path of Chromium: from `CHROMIUM`, or the first usual name on PATH. */
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

/** Flags for a graphics processor in software. Every machine has it, so a page runs in the same way everywhere. */
const SOFTWARE_ADAPTER = ["--use-webgpu-adapter=swiftshader", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];

/**
 * Chromium draws pages without a graphics driver. A driver in software takes longer for this: the checks of the page took 120 seconds
 * of processor time with it and 87 without, and a start of Chromium 5.7 and 3.3 (two cores of an AMD EPYC). WebGL and WebGPU stay.
 */
export const DRAWN_BY_THE_PROCESSOR = "--disable-gpu-compositing";

/** Starts Chromium. With `CHROMIUM_ADAPTER=hardware` in the environment Chromium chooses the adapter. `more` are more flags of Chromium. */
export function startChromium(path: string, profile: string, url: string, more: readonly string[] = []): ChildProcess {
  const flags = [
    "--headless",
    // Chromium's sandbox does not run as root, and commands in a container do. The page is our own.
    "--no-sandbox",
    DRAWN_BY_THE_PROCESSOR,
    "--enable-unsafe-webgpu",
    ...(process.env["CHROMIUM_ADAPTER"] === "hardware" ? [] : SOFTWARE_ADAPTER),
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // Without this flag, a tab in the background would be slow.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    // /dev/shm is small in a container.
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
    `--user-data-dir=${profile}`,
    ...more,
  ];
  // Chromium gets its own process group, so that `killChromium` also reaches the processes that it started.
  return spawn(path, [...flags, url], { stdio: "ignore", detached: true });
}

/** Ends Chromium and its processes. A process that lives on would write to the profile while the profile is deleted. */
export function killChromium({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Chromium has ended already.
  }
}

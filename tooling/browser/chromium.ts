/** Finds and starts a headless Chromium that talks only to the pages' own servers. */

import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

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

/**
 * Parts of Chromium's window that no check uses: the list below the address bar is a page in a process of its own, for each window. Without
 * them a start of Chromium takes 1.5 s of processor time less.
 */
export const UNUSED_PARTS: readonly string[] = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "AimEnabled"];

/** A running Chromium. */
export interface Chromium {
  /** Opens an address in a tab of its own. @returns a function that closes the tab */
  open(url: string): Promise<() => Promise<void>>;
  /** Resolves with the reason when Chromium has ended, whoever ended it. */
  readonly ended: Promise<string>;
  /** Ends Chromium and its processes, and removes its profile. */
  close(): Promise<void>;
}

/**
 * Starts Chromium with a new profile. With `CHROMIUM_ADAPTER=hardware` in the environment Chromium chooses the adapter.
 *
 * @param more more flags of Chromium
 */
export async function startChromium(path: string, more: readonly string[] = []): Promise<Chromium> {
  const profile = mkdtempSync(join(tmpdir(), "convene-chromium-"));
  const flags = [
    "--headless",
    // Chromium's sandbox does not run as root, and commands in a container do. The page is our own.
    "--no-sandbox",
    DRAWN_BY_THE_PROCESSOR,
    `--disable-features=${UNUSED_PARTS.join(",")}`,
    "--enable-unsafe-webgpu",
    ...(process.env["CHROMIUM_ADAPTER"] === "hardware" ? [] : SOFTWARE_ADAPTER),
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // Without these flags, a tab in the background would be slow.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    // /dev/shm is small in a container.
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
    `--user-data-dir=${profile}`,
    ...more,
  ];
  // Chromium gets its own process group, so that `kill` also reaches the processes that it started.
  const child = spawn(path, [...flags, "about:blank"], { stdio: "ignore", detached: true });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code) => resolve(`${path} ended with ${code}`));
  });
  const close = async (): Promise<void> => {
    kill(child);
    await ended;
    const folders = [profile, socketFolder(profile)].filter((folder) => folder !== undefined);
    for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  };
  try {
    const port = await Promise.race([debuggingPort(profile), ended.then((why) => Promise.reject(new Error(why)))]);
    const ask = async (what: string, method = "GET"): Promise<string> => {
      const answer = await fetch(`http://127.0.0.1:${port}/json/${what}`, { method });
      if (!answer.ok) throw new Error(`Chromium does not take /json/${what}: ${answer.status}`);
      return await answer.text();
    };
    return {
      ended,
      close,
      async open(url) {
        const { id } = JSON.parse(await ask(`new?${encodeURIComponent(url)}`, "PUT")) as { id: string };
        return async () => void (await ask(`close/${id}`));
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Milliseconds that Chromium has for its start, on a busy machine. */
const START = 120_000;

/** The port of the debugging interface. Chromium writes the port into a file of its profile. */
async function debuggingPort(profile: string): Promise<string> {
  const file = join(profile, "DevToolsActivePort");
  for (const end = performance.now() + START; performance.now() < end;) {
    const [port] = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
    if (port) return port;
    await sleep(20);
  }
  throw new Error(`Chromium did not start within ${START / 1000} s`);
}

/**
 * The folder of the socket that keeps a second Chromium from the profile. On Linux this folder is outside the profile, because the path of
 * a socket must be short. A Chromium that is killed leaves the folder behind.
 */
function socketFolder(profile: string): string | undefined {
  try {
    return dirname(readlinkSync(join(profile, "SingletonSocket")));
  } catch {
    return undefined;
  }
}

/** Ends Chromium and its processes. A process that lives on would write to the profile while the profile is deleted. */
function kill({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Chromium has ended already.
  }
}

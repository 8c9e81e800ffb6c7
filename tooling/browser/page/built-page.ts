/** Serves the built page on this machine, like a host with or without the isolation headers, and opens the page in Chromium. */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import process from "node:process";
import { type Browser, chromium } from "playwright-core";
import { ROOT } from "../../checks/workspace.js";
import type { servePeer } from "../../peers/page-peers.js";
import { DRAWN_BY_THE_PROCESSOR, findChromium, UNUSED_PARTS } from "../chromium.js";

const FOLDER = join(ROOT, "apps", "benchmark", "dist", "page");
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
};
const ISOLATION = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** The address of the page, and a function that ends the server. */
export interface Served {
  readonly url: string;
  close(): void;
}

/** The tag of a document whose server has other libraries. The development server adds the same tag. */
const PEERS = '<meta name="convene-peers" content="./peers/" />';

/**
 * @param isolated whether the host sends the headers that isolate a page
 * @param peers serves the addresses below `/peers/`. Left out: there are no other libraries, as on the published page
 */
export async function servePage(isolated: boolean, peers?: typeof servePeer): Promise<Served> {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname));
    const file = join(FOLDER, path.endsWith("/") ? `${path}index.html` : path);
    const answer = async (): Promise<void> => {
      const [, inPeers] = /^\/peers\/(.+)$/.exec(path) ?? [];
      const peer = inPeers === undefined ? undefined : peers?.(inPeers);
      let content: Buffer | string = peer?.content ?? (await readFile(file));
      if (peers && path === "/") content = String(content).replace("<head>", `<head>${PEERS}`);
      if (isolated) for (const [name, value] of Object.entries(ISOLATION)) response.setHeader(name, value);
      response.setHeader("content-type", peer?.type ?? TYPES[extname(file)] ?? "application/octet-stream");
      response.end(content);
    };
    answer().catch(() => {
      response.statusCode = 404;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Playwright disables these. Chromium takes only the last list that it gets, so they stand here again. */
const WITH_PLAYWRIGHT = [
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsUpgrades",
  "HttpsFirstBalancedModeAutoEnable",
  "MediaRouter",
  "PaintHolding",
  "ThirdPartyStoragePartitioning",
  "OptimizationHints",
  "NetworkTimeServiceQuerying",
  "PreconnectToSearch",
];

/** Opens a browser with graphics in software, which every machine has. With `CHROMIUM_ADAPTER=hardware` in the environment Chromium chooses. */
export async function openBrowser({ webgpu = false } = {}): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error("no Chromium on PATH (Debian: apt-get install chromium; or set CHROMIUM)");
  }
  const software = process.env["CHROMIUM_ADAPTER"] !== "hardware";
  return await chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      DRAWN_BY_THE_PROCESSOR,
      `--disable-features=${[...WITH_PLAYWRIGHT, ...UNUSED_PARTS].join(",")}`,
      "--disable-dev-shm-usage",
      ...(software ? ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"] : []),
      ...(webgpu ? ["--enable-unsafe-webgpu", ...(software ? ["--use-webgpu-adapter=swiftshader"] : [])] : []),
    ],
  });
}

/** Serves the built page on this machine, as a host with or without the isolation headers would, and opens it in Chromium. */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { ROOT } from "../../checks/workspace.js";
import { findChromium } from "../chromium.js";

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

/** An address where the page is, and what ends it. */
export interface Served {
  readonly url: string;
  close(): void;
}

/** @param isolated whether the host sends the headers that isolate a page */
export async function servePage(isolated: boolean): Promise<Served> {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname));
    const file = join(FOLDER, path.endsWith("/") ? `${path}index.html` : path);
    const answer = async (): Promise<void> => {
      const content = await readFile(file);
      if (isolated) for (const [name, value] of Object.entries(ISOLATION)) response.setHeader(name, value);
      response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
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

/** Graphics in software, which every machine has. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error("no Chromium on PATH (Debian: apt-get install chromium; or set CHROMIUM)");
  }
  return await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
  });
}

/**
 * Runs the conformance suite in headless Chromium: bundles page.js from what the packages ship, as an application's
 * bundler would, serves it on this machine, and waits for what the page reports. `pnpm browser`.
 *
 * Where CI is set, a missing Chromium is a failure; elsewhere a line says that nothing was run.
 */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { build } from "esbuild";
import { cacheFolder, fail, ROOT } from "../checks/workspace.js";
import { findChromium, startChromium } from "./chromium.js";

/** Milliseconds without any word from the page. */
const PATIENCE = 300_000;

interface Report {
  readonly device: string;
  readonly selection: string;
  readonly counts: Readonly<Record<"passed" | "failed" | "untrusted" | "skipped", number>>;
  readonly failures: readonly string[];
  readonly milliseconds: number;
}

async function bundle(folder: string): Promise<void> {
  await build({
    entryPoints: [join(ROOT, "tooling", "browser", "page.js")],
    outdir: folder,
    bundle: true,
    // The goldens are a chunk of their own, loaded when asked for.
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    logLevel: "error",
  });
}

/** Serves the bundle; calls back with what the page posts. */
async function serve(folder: string, onPost: (path: string, content: unknown) => void): Promise<Server> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? "/";
    if (request.method === "POST") {
      onPost(path, JSON.parse(await text(request)));
      response.end();
    } else if (path === "/") {
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.end(`<!doctype html><title>conformance</title><script type="module" src="/page.js"></script>`);
    } else {
      response.setHeader("content-type", "text/javascript; charset=utf-8");
      response.end(readFileSync(join(folder, basename(path))));
    }
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      response.statusCode = 404;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** Resolves when the page has said that it is done. */
async function runPage(chromium: string, folder: string, onReport: (report: Report) => void): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), "convene-chromium-"));
  let settle: { resolve: () => void; reject: (error: Error) => void };
  const done = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  const late = (): void => settle.reject(new Error(`no word from the page for ${PATIENCE / 1000} s`));
  let timer = setTimeout(late, PATIENCE);
  const server = await serve(folder, (path, content) => {
    clearTimeout(timer);
    timer = setTimeout(late, PATIENCE);
    if (path === "/report") onReport(content as Report);
    else if (path === "/end") settle.resolve();
    else settle.reject(new Error(`the page: ${(content as { message: string }).message}`));
  });
  const browser = startChromium(chromium, profile, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const gone = new Promise<void>((resolve) => {
    for (const event of ["exit", "error"]) browser.once(event, () => resolve());
  });
  browser.once("error", (error) => settle.reject(error));
  browser.once("exit", (code) => settle.reject(new Error(`${chromium} ended with ${code} before the page was done`)));
  try {
    await done;
  } finally {
    clearTimeout(timer);
    browser.kill("SIGKILL");
    await gone;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  }
}

try {
  const chromium = findChromium();
  if (chromium === undefined) {
    const words =
      "no Chromium on PATH (Debian: apt-get install chromium; or set CHROMIUM), so the suite did not run in one";
    if (process.env["CI"]) throw new Error(words);
    process.stdout.write(`browser: ${words}\n`);
  } else {
    const folder = cacheFolder("browser");
    await bundle(folder);
    let failed = 0;
    await runPage(chromium, folder, ({ device, selection, counts, failures, milliseconds }) => {
      const { passed, untrusted, skipped } = counts;
      process.stdout.write(
        `browser, ${device}, ${selection}: ${passed} passed, ${counts.failed} failed, ${skipped} skipped, ${untrusted} untrusted (${(milliseconds / 1000).toFixed(1)} s)\n`,
      );
      for (const failure of failures) process.stderr.write(`  ${failure}\n`);
      // A run in which nothing has passed has shown nothing.
      failed += passed === 0 ? 1 : counts.failed;
    });
    if (failed > 0) process.exitCode = 1;
  }
} catch (error) {
  fail(error);
}

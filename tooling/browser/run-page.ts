/** Serves a built page on this machine, opens it in headless Chromium, and passes on its reports. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { findChromium, killChromium, startChromium } from "./chromium.js";

/** Milliseconds without a message from the page. The page sends one (a POST to /alive) at least every ten seconds of its work. */
const PATIENCE = 300_000;

/** The types of files. WebAssembly is compiled while it is loaded only if its type has no parameters. */
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
};

/** Headers without which a page may not share memory between threads. */
const ISOLATION = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** How a page is opened. */
export interface PageOptions {
  /** The part of the page's address after `?`. */
  readonly query?: string;
  /** The headers. Left out: the headers that isolate the page from other origins. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Flags of Chromium. */
  readonly flags?: readonly string[];
  /** Another folder, whose files have addresses that begin with `/modules/`. */
  readonly modules?: string;
  /** Milliseconds without a message from the page after which it is given up. Default: 300,000. */
  readonly patience?: number;
}

/**
 * Resolves when the page says that it is done (a POST to /end). Its posts to /report are passed on. `/` has the headers of `options`,
 * and `/plain` is the same page without these headers. If there is no Chromium, this is an error if CI is set, and otherwise a line
 * that says so.
 */
export async function runInChromium(
  folder: string,
  onReport: (report: unknown) => void,
  options: PageOptions = {},
): Promise<void> {
  const chromium = findChromium();
  if (chromium !== undefined) return await runPage(chromium, folder, onReport, options);
  const words = "no Chromium on PATH (Debian: apt-get install chromium; or set CHROMIUM), so nothing ran in one";
  if (process.env["CI"]) throw new Error(words);
  process.stdout.write(`browser: ${words}\n`);
}

/** Starts the server. It calls back with the posts of the page. */
async function serve(
  folder: string,
  { headers = ISOLATION, modules }: PageOptions,
  onPost: (path: string, content: unknown) => void,
): Promise<Server> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (request.method === "POST") {
      onPost(pathname, JSON.parse(await text(request)));
      response.end();
      return;
    }
    const page = pathname === "/" || pathname === "/plain";
    const file = page ? "/index.html" : normalize(pathname);
    if (pathname !== "/plain") for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
    const [, module] = /^\/modules\/(.*)/.exec(file) ?? [];
    response.end(
      readFileSync(module === undefined || modules === undefined ? join(folder, file) : join(modules, module)),
    );
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

async function runPage(
  chromium: string,
  folder: string,
  onReport: (report: unknown) => void,
  options: PageOptions,
): Promise<void> {
  const { query = "", flags = [], patience = PATIENCE } = options;
  const profile = mkdtempSync(join(tmpdir(), "convene-chromium-"));
  let settle: { resolve: () => void; reject: (error: Error) => void };
  const done = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  const late = (): void => settle.reject(new Error(`no word from the page for ${patience / 1000} s`));
  let timer = setTimeout(late, patience);
  const server = await serve(folder, options, (path, content) => {
    clearTimeout(timer);
    timer = setTimeout(late, patience);
    if (path === "/report") onReport(content);
    else if (path === "/end") settle.resolve();
    else if (path === "/alive") return;
    else settle.reject(new Error(`the page: ${(content as { message: string }).message}`));
  });
  const { port } = server.address() as AddressInfo;
  const browser = startChromium(chromium, profile, `http://127.0.0.1:${port}/${query && `?${query}`}`, flags);
  const gone = new Promise<void>((resolve) => {
    for (const event of ["exit", "error"]) browser.once(event, () => resolve());
  });
  const interrupt = (): void => settle.reject(new Error("interrupted"));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, interrupt);
  browser.once("error", (error) => settle.reject(error));
  browser.once("exit", (code) => settle.reject(new Error(`${chromium} ended with ${code} before the page was done`)));
  try {
    await done;
  } finally {
    clearTimeout(timer);
    killChromium(browser);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, interrupt);
    await gone;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  }
}

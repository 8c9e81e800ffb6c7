/** Serves a built page on this machine, opens it in headless Chromium, and passes on its reports. */

import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { type Chromium, findChromium, startChromium } from "./chromium.js";

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
  /** A running Chromium for the page. Left out: the page gets its own one, with `flags`. */
  readonly chromium?: Chromium;
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
  const path = findChromium();
  if (path !== undefined) return await runPage(path, folder, onReport, options);
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
  path: string,
  folder: string,
  onReport: (report: unknown) => void,
  options: PageOptions,
): Promise<void> {
  const { query = "", flags = [], patience = PATIENCE } = options;
  let settle: { resolve: () => void; reject: (error: Error) => void };
  const done = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  // It may reject before anybody awaits it.
  done.catch(() => undefined);
  const late = (): void => settle.reject(new Error(`no word from the page for ${patience / 1000} s`));
  let timer = setTimeout(late, patience);
  const server = await serve(folder, options, (where, content) => {
    clearTimeout(timer);
    timer = setTimeout(late, patience);
    if (where === "/report") onReport(content);
    else if (where === "/end") settle.resolve();
    else if (where === "/alive") return;
    else settle.reject(new Error(`the page: ${(content as { message: string }).message}`));
  });
  const interrupt = (): void => settle.reject(new Error("interrupted"));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, interrupt);
  let own: Chromium | undefined;
  try {
    const chromium = options.chromium ?? (own = await startChromium(path, flags));
    void chromium.ended.then((why) => settle.reject(new Error(`${why} before the page was done`)));
    const { port } = server.address() as AddressInfo;
    const closeTab = await chromium.open(`http://127.0.0.1:${port}/${query && `?${query}`}`);
    await done;
    if (!own) await closeTab();
  } finally {
    clearTimeout(timer);
    await own?.close();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, interrupt);
    server.closeAllConnections();
    server.close();
  }
}

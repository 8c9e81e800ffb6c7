/** Builds the page into `dist/page`, a folder that any host can serve, and serves it while it is developed (`pnpm web`). */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { servePeer } from "../../tooling/peers/page-peers.js";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Threads share memory only in a page that these two isolate from other origins. */
const ISOLATION = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

const CACHE = path("./node_modules/.vite");

/** Convene's version, which a page cannot read from a package.json. */
const { version } = JSON.parse(readFileSync(path("../../packages/core/package.json"), "utf8")) as { version: string };

/** Nothing comes from elsewhere. `eval`, which gpu.js needs, is used in workers only, which this does not concern. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "worker-src 'self' blob:",
  "connect-src 'self' blob: data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** In what is built only: the development server's own client opens a socket and writes styles into the page. */
function contentSecurityPolicy(): Plugin {
  return {
    name: "content-security-policy",
    apply: "build",
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: CONTENT_SECURITY_POLICY },
        injectTo: "head-prepend",
      },
    ],
  };
}

/** Other libraries as contestants, while the page is developed: from where `pnpm peers` puts them. What is built has none. */
function peers(): Plugin {
  return {
    name: "peers",
    apply: "serve",
    transformIndexHtml: () => [
      { tag: "meta", attrs: { name: "convene-peers", content: "./peers/" }, injectTo: "head" },
    ],
    configureServer(server) {
      server.middlewares.use("/peers/", (request, response, next) => {
        const file = servePeer(new URL(request.url ?? "", "http://localhost").pathname.slice(1));
        if (!file) return next();
        for (const [name, value] of Object.entries(ISOLATION)) response.setHeader(name, value);
        response.setHeader("content-type", file.type);
        response.end(file.content);
      });
    },
  };
}

export default defineConfig({
  root: path("./src/page"),
  base: "./",
  cacheDir: CACHE,
  plugins: [contentSecurityPolicy(), peers()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  define: { CONVENE_VERSION: JSON.stringify(version) },
  // The engine's `import()` is for programs in Node, which need not load what they do not use; here the engine is one file.
  worker: { format: "es", rolldownOptions: { checks: { ineffectiveDynamicImport: false } } },
  build: {
    outDir: path("./dist/page"),
    emptyOutDir: true,
    target: "es2022",
    // Small files stay files: the policy above has no `data:` for scripts or styles.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { page: path("./src/page/index.html"), "service-worker": path("./src/page/isolation/service-worker.ts") },
      output: {
        // A service worker serves the folder that it lies in, and is found again by its name.
        entryFileNames: ({ name }) => (name === "service-worker" ? "service-worker.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  // Bundled once into the cache, so that nothing of the packages' folders is served.
  optimizeDeps: {
    include: [
      "@convene/core",
      "@convene/core/backend",
      "@convene/conformance",
      "@convene/cpu",
      "@convene/gpu",
      "@convene/onnx",
      "@convene/worker-threads",
      "@preact/signals",
      "preact",
      "preact/hooks",
      "preact/jsx-runtime",
      "preact/jsx-dev-runtime",
      "zod",
    ],
  },
  server: {
    host: "127.0.0.1",
    headers: ISOLATION,
    fs: { strict: true, allow: [path("./src/page"), path("./src/engine"), CACHE] },
  },
  preview: { host: "127.0.0.1", headers: ISOLATION },
});

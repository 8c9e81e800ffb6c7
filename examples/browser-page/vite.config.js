import { defineConfig } from "vite";

/** These headers isolate the page from other origins, so that its threads may share memory. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

// `server` is for `vite`, and `preview` is for `vite preview`. The host of the built page must send the headers too.
export default defineConfig({ server: { headers }, preview: { headers }, build: { target: "es2022" } });

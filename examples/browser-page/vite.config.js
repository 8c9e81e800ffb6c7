import { defineConfig } from "vite";

/** They isolate the page from other origins, so that its threads may share memory. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

// Two servers, `vite` and `vite preview`; the host that serves the page in the end has to send the headers too.
export default defineConfig({ server: { headers }, preview: { headers }, build: { target: "es2022" } });

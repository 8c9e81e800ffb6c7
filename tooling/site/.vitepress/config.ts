/** The documentation site over `docs/`: its pages in order, search that needs no network, and links to files outside of it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";
import { repositoryLinks } from "../repository-links.js";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const DOCS = join(ROOT, "docs");
const { repository } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { repository?: { url: string } };

/** Styles for tables with much text: wide if there is room, and on a phone with readable columns in a table that scrolls. */
const STYLE = `
.VPDoc.has-aside .content-container { max-width: 820px !important; }
@media (max-width: 640px) { .vp-doc :is(td, th):not([style*="right"]) { min-width: 9rem; } }
`;

/** A page of the sidebar: its title, and its file in `docs/` without ending. */
const page = (text: string, link: string) => ({ text, link: `/${link}` });

export default defineConfig({
  title: "Convene",
  description: "Convolutional networks in TypeScript, in Node and in browsers, on backends that agree.",
  lang: "en",
  srcDir: DOCS,
  outDir: join(ROOT, ".cache", "site"),
  cacheDir: join(ROOT, ".cache", "vitepress"),
  // VitePress fails on links to missing pages. `repositoryLinks` checks links out of `docs/`.
  ignoreDeadLinks: false,
  lastUpdated: false,
  head: [["style", {}, STYLE]],
  markdown: {
    config: (md) => {
      md.use(repositoryLinks, { root: ROOT, docs: DOCS, repository: repository?.url });
    },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [page("Guide", "guide/first-steps"), page("Reference", "reference/"), page("Errors", "errors")],
    sidebar: [
      {
        text: "Start",
        items: [
          page("First steps in Node", "guide/first-steps"),
          page("In the browser", "guide/browser"),
          page("A page that finds faces", "guide/faces"),
          page("Which package, which backend", "guide/backends"),
        ],
      },
      {
        text: "Your network",
        items: [
          page("Weights from PyTorch", "guide/weights"),
          page("ONNX files", "guide/onnx"),
          page("What a network may contain", "networks"),
          page("Tensors, shapes and layouts", "guide/tensors"),
          page("Pictures in and out", "guide/pictures"),
          page("Inputs of many sizes", "guide/sizes"),
        ],
      },
      {
        text: "In production",
        items: [
          page("A server", "guide/server"),
          page("Threads and the event loop", "guide/threads"),
          page("Memory", "guide/memory"),
          page("Size of the packages", "guide/size"),
          page("Environments", "environments"),
          page("Troubleshooting", "guide/troubleshooting"),
        ],
      },
      {
        text: "Numbers",
        items: [
          page("Accuracy, and what “agree” means", "guide/accuracy"),
          page("What float32 does", "numbers"),
          page("Benchmarking", "benchmarking"),
          page("Other libraries, measured", "other-backends"),
        ],
      },
      {
        text: "Inside",
        items: [
          page("Writing a backend", "writing-a-backend"),
          page("Architecture", "architecture"),
          page("Kernels", "kernels"),
          page("Releasing", "releasing"),
        ],
      },
      {
        text: "Reference",
        items: [page("Errors by code", "errors"), page("Modules", "reference/")],
      },
    ],
  },
});

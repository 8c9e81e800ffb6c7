/** The environments. Each has a function that runs the program, and the expected result. */

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { nodeOf } from "../node-of.js";
import { attempt, run } from "../workspace.js";
import { bundled, BUNDLERS, ENTRIES } from "./bundlers.js";
import { openPage } from "./pages.js";
import type { Cells } from "./table.js";

export interface Environment {
  readonly name: string;
  /** The packages that npm installs for it. */
  readonly needs: readonly string[];
  /** Whether CI runs this environment. */
  readonly quick: boolean;
  /** The backends that must be refused there. All others must work. */
  readonly refused?: Readonly<Partial<Record<keyof Cells, RegExp>>>;
  /** Runs the program in a folder where the packages and its needs are installed. */
  run(folder: string): Cells | Promise<Cells>;
}

/** Milliseconds in which a program must report on all three backends. */
const PATIENCE = 300_000;

/** The beginning of the line that the program prints. */
export const MARK = "CONVENE ";

function cellsOf(command: string, args: readonly string[], folder: string): Cells {
  const { status, signal, stdout, stderr } = attempt(command, args, folder, { timeout: PATIENCE });
  const line = stdout.split("\n").find((text) => text.includes(MARK));
  if (status !== 0 || line === undefined) {
    throw new Error(`${[command, ...args].join(" ")}: ${signal ?? `exit code ${status}`}\n${stdout}${stderr}`);
  }
  return JSON.parse(line.slice(line.indexOf(MARK) + MARK.length)) as Cells;
}

/** Makes a folder of this name in `folder`. */
function made(folder: string, name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

/** Runs the program as a test of a project without any configuration. */
function inJest(folder: string, node: string, flags: readonly string[]): Cells {
  const project = made(folder, "jest");
  writeFileSync(join(project, "package.json"), `{ "private": true }\n`);
  cpSync(join(folder, "program.cjs"), join(project, "program.cjs"));
  const test = `const { tryBackends } = require("./program.cjs");
test("backends", async () => {
  const cells = await tryBackends();
  require("node:fs").writeFileSync("cells.json", JSON.stringify(cells));
}, ${PATIENCE});\n`;
  writeFileSync(join(project, "environment.test.js"), test);
  rmSync(join(project, "cells.json"), { force: true });
  const { status, stderr } = attempt(node, [...flags, join(folder, "node_modules/jest/bin/jest.js"), "--ci"], project, {
    timeout: PATIENCE,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(readFileSync(join(project, "cells.json"), "utf8")) as Cells;
}

const NODES: readonly Environment[] = ["20.9", "20", "22", "24", "26"].map((version) => ({
  name: `Node ${version}`,
  needs: ["webgpu@0.6.2"],
  // CI runs the oldest and the newest. `pnpm packed` uses the packages on the versions between.
  quick: version === "20.9" || version === "26",
  run: (folder) => cellsOf(nodeOf(version), [ENTRIES.node], folder),
}));

const OTHERS: readonly Environment[] = [
  {
    name: "Bun",
    needs: ["bun@1", "webgpu@0.6.2"],
    quick: true,
    run(folder) {
      // npm would run this script on install. It puts the binary in its place.
      run(process.execPath, ["install.js"], join(folder, "node_modules", "bun"));
      return cellsOf("npx", ["--no-install", "bun", ENTRIES.node], folder);
    },
  },
  {
    name: "Deno",
    needs: ["deno@2", "webgpu@0.6.2"],
    quick: true,
    run: (folder) => cellsOf("npx", ["--no-install", "deno", "run", "--allow-all", ENTRIES.node], folder),
  },
  {
    name: "Jest",
    needs: ["jest@30", "webgpu@0.6.2"],
    quick: false,
    refused: { gpu: /^refused: WebGPU is not here .*Must use import.*Remedy: .*--experimental-vm-modules/ },
    run: (folder) => inJest(folder, process.execPath, []),
  },
  {
    name: "Jest, Node 24 with --experimental-vm-modules",
    needs: ["jest@30", "webgpu@0.6.2"],
    quick: false,
    run: (folder) => inJest(folder, nodeOf("24"), ["--experimental-vm-modules"]),
  },
  {
    name: "Cloudflare's workers (workerd), cpu({ module })",
    needs: ["workerd@1", "esbuild@0.28"],
    quick: false,
    refused: {
      "worker-threads": /^refused: SharedArrayBuffer .*Remedy: Use @convene\/cpu/,
      gpu: /^refused: WebGPU is not here .*there is no WebGL2 here\. Remedy: /,
    },
    run(folder) {
      const project = made(folder, "workerd");
      cpSync(join(folder, "program.mjs"), join(project, "program.mjs"));
      const worker = `import { tryBackends } from "./program.mjs";
import module from "@convene/cpu/relaxed.wasm";
export default { async test() { console.log("${MARK}" + JSON.stringify(await tryBackends({ cpu: { module } }))); } };\n`;
      writeFileSync(join(project, "worker.mjs"), worker);
      const loader = ["--loader:.wasm=copy", "--asset-names=[name]", "--outdir=out"];
      bundled(project, ["esbuild", "worker.mjs", "--bundle", "--format=esm", "--log-level=warning", ...loader]);
      const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = (
  compatibilityDate = "2026-01-01",
  modules = [
    (name = "worker.js", esModule = embed "out/worker.js"),
    (name = "relaxed.wasm", wasm = embed "out/relaxed.wasm"),
  ],
))]);\n`;
      writeFileSync(join(project, "config.capnp"), config);
      return cellsOf("npx", ["--no-install", "workerd", "test", "config.capnp"], project);
    },
  },
];

const NEXT: readonly Environment[] = [
  {
    name: "Next.js, server",
    needs: ["next@16", "react@19", "react-dom@19", "webgpu@0.6.2"],
    quick: false,
    run(folder) {
      const html = readFileSync(join(nextSite(folder), "server.html"), "utf8");
      const [, text] = /<pre>(.*?)<\/pre>/s.exec(html) ?? [];
      if (text === undefined) throw new Error(`the page has no cells: ${html.slice(0, 2000)}`);
      return JSON.parse(decodeURIComponent(text)) as Cells;
    },
  },
  {
    name: "Next.js, Chromium",
    needs: ["next@16", "react@19", "react-dom@19"],
    quick: false,
    run: (folder) => openPage(nextSite(folder)),
  },
];

let site: string | undefined;

/** A site with a page that runs the program at build time, and a page that runs it in the browser. It is built once. */
function nextSite(folder: string): string {
  if (site !== undefined) return site;
  const project = made(folder, "next");
  made(project, "app/server");
  cpSync(join(folder, "program.mjs"), join(project, "app", "program.mjs"));
  const files: Readonly<Record<string, string>> = {
    "package.json": `{ "private": true }\n`,
    "next.config.mjs": `export default { output: "export", turbopack: { root: ${JSON.stringify(folder)} } };\n`,
    "app/layout.js": `export default ({ children }) => <html><body>{children}</body></html>;\n`,
    "app/page.js": `"use client";
import { useEffect } from "react";
import { run } from "./client.js";
export default function Page() { useEffect(() => void run(), []); return null; }\n`,
    "app/client.js": readFileSync(join(folder, ENTRIES.web), "utf8").replace(/^run\(\);$/m, "export { run };"),
    "app/server/page.js": `import { tryBackends } from "../program.mjs";
export default async function Page() { return <pre>{encodeURIComponent(JSON.stringify(await tryBackends()))}</pre>; }\n`,
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(project, file), text);
  bundled(project, ["next", "build"], { NEXT_TELEMETRY_DISABLED: "1" });
  site = join(project, "out");
  return site;
}

const BUNDLED: readonly Environment[] = BUNDLERS.flatMap(({ name, needs, bundle }) => {
  const quick = name === "webpack 5" || name === "Vite";
  const outOf = (folder: string, target: "node" | "web"): string =>
    made(folder, join("bundles", `${name.replaceAll(/\W+/g, "-")}-${target}`));
  return [
    {
      name: `${name}, Node`,
      needs: [...needs, "webgpu@0.6.2"],
      quick,
      run(folder: string) {
        const out = outOf(folder, "node");
        bundle(folder, "node", out);
        return cellsOf(process.execPath, [join(out, "main.cjs")], folder);
      },
    },
    {
      name: `${name}, Chromium`,
      needs,
      quick,
      run(folder: string) {
        const out = outOf(folder, "web");
        bundle(folder, "web", out);
        return openPage(out);
      },
    },
  ];
});

const CONTENT_POLICY = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Content-Security-Policy": "script-src 'self'; worker-src blob:",
};

/** One page, with each set of headers that a server may send. */
const PAGES: readonly Environment[] = (
  [
    { name: "Chromium, isolated" },
    {
      name: "Chromium, not isolated",
      page: { headers: {} },
      refused: { "worker-threads": /SharedArrayBuffer is not available.*is false.*Cross-Origin-Opener-Policy/ },
    },
    {
      name: "Chromium, not isolated, started with --enable-features=SharedArrayBuffer",
      page: { headers: {}, flags: ["--enable-features=SharedArrayBuffer"] },
    },
    {
      name: "Chromium, script-src without 'wasm-unsafe-eval'",
      page: { headers: CONTENT_POLICY },
      refused: {
        cpu: /WebAssembly is forbidden here.*kernels: "js"/,
        "worker-threads": /WebAssembly is forbidden here.*kernels: "js"/,
      },
    },
    {
      name: `The same, cpu({ kernels: "js" })`,
      page: { headers: CONTENT_POLICY, query: "js" },
      refused: { "worker-threads": /WebAssembly is forbidden here.*kernels: "js"/ },
    },
  ] as const
).map(({ name, ...rest }) => ({
  name,
  needs: ["esbuild@0.28"],
  quick: true,
  ...("refused" in rest && { refused: rest.refused }),
  run(folder) {
    const out = made(folder, join("bundles", "page"));
    BUNDLERS.find((bundler) => bundler.name === "esbuild")!.bundle(folder, "web", out);
    return openPage(out, "page" in rest ? rest.page : {});
  },
}));

export const ENVIRONMENTS: readonly Environment[] = [...NODES, ...OTHERS, ...BUNDLED, ...NEXT, ...PAGES];

/** How each bundler makes a program for Node and a program for a page, in its default configuration. */

import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { attempt } from "../workspace.js";

export type Target = "node" | "web";

export interface Bundler {
  readonly name: string;
  /** The packages that npm installs. */
  readonly needs: readonly string[];
  /** Makes a bundle in the existing folder `out`: `main.cjs` for Node, or `index.html` and its files for the web. */
  bundle(folder: string, target: Target, out: string): void;
}

/** The programs, in a folder where the packages are installed; environments.ts writes them. */
export const ENTRIES = { node: "entry-node.mjs", web: "entry-page.mjs" } as const;

const PAGE = (script: string): string =>
  `<!doctype html><title>environments</title><script type="module" src="${script}"></script>\n`;

/** The time limit in milliseconds. A first build of Next.js takes a minute on a busy machine. */
const PATIENCE = 600_000;

/** Runs a bundler, which must not warn. @throws Error with its whole output */
export function bundled(folder: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
  const { status, signal, stdout, stderr } = attempt("npx", ["--no-install", ...args], folder, {
    timeout: PATIENCE,
    env: { NODE_ENV: "production", ...env },
  });
  const said = `${stdout}${stderr}`;
  if (status !== 0) throw new Error(`${args.join(" ")} failed (${signal ?? `exit code ${status}`})\n${said}`);
  // Warnings of npm are not the bundler's, and Parcel warns about a file of more than 1 MB.
  const warnings = said
    .split("\n")
    .filter((line) => /warn|\(!\)|⚠(?!\uFE0F? +[\d.]+ MB)/i.test(line) && !/^npm warn/i.test(line));
  if (warnings.length > 0) throw new Error(`${args.join(" ")} warns\n${said}`);
}

/** webpack's configuration, which Rspack takes too. Hints about the size of the bundle are off. */
function webpackConfig(folder: string, target: Target, out: string, minimize = true): string {
  const config = {
    mode: "production",
    target,
    entry: join(folder, ENTRIES[target]),
    output: { path: out, filename: target === "node" ? "main.cjs" : "main.js" },
    performance: { hints: false },
    optimization: { minimize },
  };
  const file = join(out, "config.cjs");
  writeFileSync(file, `module.exports = ${JSON.stringify(config)};\n`);
  if (target === "web") writeFileSync(join(out, "index.html"), PAGE("./main.js"));
  return file;
}

export const BUNDLERS: readonly Bundler[] = [
  {
    name: "webpack 5",
    needs: ["webpack@5", "webpack-cli@6"],
    bundle(folder, target, out) {
      // webpack's minifier takes five times as long as the rest. The other bundlers minify, each with its own.
      const config = webpackConfig(folder, target, out, false);
      bundled(folder, ["webpack", "--config", config, "--stats", "errors-warnings"]);
    },
  },
  {
    name: "Rspack",
    needs: ["@rspack/core@2", "@rspack/cli@2"],
    bundle(folder, target, out) {
      bundled(folder, ["rspack", "build", "--config", webpackConfig(folder, target, out)]);
    },
  },
  {
    name: "Rollup",
    needs: ["rollup@4", "@rollup/plugin-node-resolve@16"],
    bundle(folder, target, out) {
      if (target === "web") writeFileSync(join(out, "index.html"), PAGE("./main.js"));
      const output = target === "node" ? ["-f", "cjs", "-o", join(out, "main.cjs")] : ["-o", join(out, "main.js")];
      bundled(folder, ["rollup", ENTRIES[target], "-p", "node-resolve", ...output]);
    },
  },
  {
    name: "esbuild",
    needs: ["esbuild@0.28"],
    bundle(folder, target, out) {
      if (target === "web") writeFileSync(join(out, "index.html"), PAGE("./main.js"));
      const output =
        target === "node"
          ? ["--platform=node", `--outfile=${join(out, "main.cjs")}`]
          : ["--format=esm", `--outfile=${join(out, "main.js")}`];
      bundled(folder, ["esbuild", ENTRIES[target], "--bundle", "--minify", "--log-level=warning", ...output]);
    },
  },
  {
    name: "Vite",
    needs: ["vite@8"],
    bundle(folder, target, out) {
      const project = join(folder, `vite-${target}`);
      mkdirSync(project);
      const ssr = { noExternal: true };
      const build = {
        outDir: out,
        emptyOutDir: true,
        // The only warning about sizes.
        chunkSizeWarningLimit: 10_000,
        ...(target === "node" && { rollupOptions: { output: { format: "cjs", entryFileNames: "main.cjs" } } }),
      };
      writeFileSync(join(project, "vite.config.mjs"), `export default ${JSON.stringify({ build, ssr })};\n`);
      for (const file of ["program.mjs", ENTRIES[target]]) cpSync(join(folder, file), join(project, file));
      if (target === "web") writeFileSync(join(project, "index.html"), PAGE(`./${ENTRIES.web}`));
      const ssrEntry = target === "node" ? ["--ssr", ENTRIES.node] : [];
      bundled(project, ["vite", "build", "--logLevel", "warn", ...ssrEntry]);
    },
  },
  {
    name: "Parcel",
    needs: ["parcel@2"],
    bundle(folder, target, out) {
      const project = join(folder, `parcel-${target}`);
      mkdirSync(project);
      for (const file of ["program.mjs", ENTRIES[target]]) cpSync(join(folder, file), join(project, file));
      const flags = ["--no-cache", "--no-source-maps", "--no-autoinstall"];
      if (target === "web") {
        writeFileSync(join(project, "package.json"), `{ "private": true }\n`);
        writeFileSync(join(project, "index.html"), PAGE(`./${ENTRIES.web}`));
        bundled(project, ["parcel", "build", "index.html", "--dist-dir", out, ...flags]);
        return;
      }
      const main = { context: "node", includeNodeModules: true, outputFormat: "commonjs" };
      const file = relative(project, join(out, "main.cjs"));
      writeFileSync(
        join(project, "package.json"),
        JSON.stringify({ private: true, source: ENTRIES.node, main: file, targets: { main } }),
      );
      bundled(project, ["parcel", "build", ...flags]);
    },
  },
];

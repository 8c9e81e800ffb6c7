/**
 * The one way in which Convene's packages are bundled. JavaScript, with its types beside it, because tsup loads a
 * package's configuration with plain Node, which must be able to load this.
 */

import { defineConfig } from "tsup";

/** @param {readonly string[]} entry @param {import("tsup").Options} [options] */
export function library(entry, options = {}) {
  return defineConfig({
    entry: [...entry],
    format: ["esm", "cjs"],
    target: ["es2022", "node20"],
    // No Node names and no browser names: one file serves both.
    platform: "neutral",
    // tooling/declarations makes the declarations.
    dts: false,
    clean: true,
    // What is shipped has its lines, its names, and the hints to bundlers inside `import()`, so a stack trace says where and
    // needs no map. Maps with the sources in them would double the tarballs.
    sourcemap: false,
    // Shared chunks keep a class that two entries export the same class.
    splitting: true,
    ...options,
    esbuildOptions(esbuild, context) {
      // Nothing is minified: Node prints the line that an uncaught error comes from, and a bundler reads the comments in
      // `import()`. Sizes are measured behind a user's own minifier (tooling/checks/size.ts).
      esbuild.minify = false;
      esbuild.legalComments = "none";
      options.esbuildOptions?.(esbuild, context);
    },
  });
}

/** @param {readonly string[]} entry @param {import("tsup").Options} [options] */
export function app(entry, options = {}) {
  return defineConfig({
    entry: [...entry],
    format: ["esm"],
    target: "node20",
    platform: "node",
    dts: false,
    clean: true,
    sourcemap: false,
    splitting: true,
    // What is in node_modules stays there, workspace packages included: the app runs what users install.
    skipNodeModulesBundle: true,
    ...options,
  });
}

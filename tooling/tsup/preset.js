/**
 * The bundling of all Convene packages. The file is JavaScript with separate types, because tsup loads a package's configuration with
 * plain Node, and Node must be able to load this file.
 */

import { defineConfig } from "tsup";

/** @param {readonly string[]} entry @param {import("tsup").Options} [options] */
export function library(entry, options = {}) {
  return defineConfig({
    entry: [...entry],
    format: ["esm", "cjs"],
    target: ["es2022", "node20"],
    // Neutral, because one file serves Node and browsers.
    platform: "neutral",
    // tooling/declarations makes the declarations.
    dts: false,
    clean: true,
    // The shipped files keep lines, names and the hints to bundlers inside `import()`. So a stack trace is readable without a map.
    // Maps with sources would double the tarballs.
    sourcemap: false,
    // With shared chunks, a class that two entries export is the same class.
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
    // Packages of node_modules are not bundled, workspace packages included, because the app must run the packages that users install.
    skipNodeModulesBundle: true,
    ...options,
  });
}

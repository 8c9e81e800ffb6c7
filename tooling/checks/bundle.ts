/** Measures sizes: bundled as by an application's bundler, minified, and compressed. */

import { gzipSync } from "node:zlib";
import type { BuildOptions } from "esbuild";

export const BUNDLE = {
  bundle: true,
  minify: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  legalComments: "none",
  logLevel: "error",
} as const satisfies BuildOptions;

/** The size under gzip at its best level, in bytes. */
export function gzipped(bytes: Uint8Array): number {
  return gzipSync(bytes, { level: 9 }).length;
}

/** How sizes are measured: bundled as an application's bundler would, minified, and compressed. */

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

/** Bytes under gzip, at its best. */
export function gzipped(bytes: Uint8Array): number {
  return gzipSync(bytes, { level: 9 }).length;
}

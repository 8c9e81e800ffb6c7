/** Types of preset.js. */

import type { defineConfig, Options } from "tsup";

type Config = ReturnType<typeof defineConfig>;

/** A published package: ESM and CommonJS, for Node and browsers. */
export declare function library(entry: readonly string[], options?: Options): Config;

/** A program for Node: ESM only. Dependencies are not bundled. */
export declare function app(entry: readonly string[], options?: Options): Config;

/** LiteRT.js on Node, which is TensorFlow Lite with XNNPACK in WebAssembly, behind the Backend interface. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { compileFunction } from "node:vm";
import { type Backend, BackendUnavailableError } from "@convene/core";
import { litertBackend, type LitertOptions } from "./litert-backend.js";
import type { LiteRt } from "./litert-types.js";
import { PEERS } from "./peers.js";

const require = createRequire(import.meta.url);
/** The name is in a variable, so that TypeScript does not look for types. The package is not in the workspace. */
const PACKAGE: string = "@litertjs/core";

/** There is one LiteRT for the process, so backends share it. */
let loaded: Promise<LitertOptions> | undefined;

export default async function litert(): Promise<Backend> {
  loaded ??= load();
  try {
    return litertBackend(await loaded);
  } catch (cause) {
    throw new BackendUnavailableError(
      "litert",
      `its WebAssembly did not start: ${String(cause)}`,
      "Use an engine with WebAssembly SIMD.",
      { cause },
    );
  }
}

async function load(): Promise<LitertOptions> {
  const lib = (await import(PACKAGE)) as LiteRt;
  const folder = join(dirname(require.resolve(PACKAGE)), "../wasm/");
  const faults: string[] = [];
  const { liteRtWasm } = await asInWorker(() => lib.loadLiteRt(folder), faults);
  const relaxed = await lib.supportsFeature("relaxedSimd");
  const threads = liteRtWasm.getThreadCount();
  const version = PEERS.litert.packages[PACKAGE as "@litertjs/core"];
  return {
    name: "litert",
    lib,
    device: `LiteRT.js ${version} wasm, ${relaxed ? "relaxed simd" : "simd128"}, ${threads} ${threads === 1 ? "thread" : "threads"}`,
    features: {
      // The two builds have different kernels.
      nonFinite: relaxed || {
        reason:
          "without relaxed SIMD, a NaN becomes the lower bound of the clamp, -Infinity where there is none, and a weight of zero can hide an infinity",
      },
      subnormals: true,
    },
    check() {
      if (faults.length > 0) throw new Error(faults.splice(0).join("; "));
    },
  };
}

/**
 * Runs `work` with the globals of a worker. LiteRT.js loads a script by `importScripts`, and takes `ModuleFactory` from `self`. The
 * script knows Node, as a CommonJS module that defines this variable. But it lies in a package of ES modules, so Node would not run it
 * as CommonJS.
 */
async function asInWorker<T>(work: () => Promise<T>, faults: string[]): Promise<T> {
  const scope = globalThis as { self?: unknown; importScripts?: unknown; ModuleFactory?: unknown };
  const before = { self: scope.self, importScripts: scope.importScripts };
  const { error, warn } = console;
  scope.self = globalThis;
  scope.importScripts = (path: string) => {
    const source = `${readFileSync(path, "utf8")}\nreturn ModuleFactory;`;
    const run = compileFunction(source, ["require", "__dirname", "__filename"], { filename: path });
    scope.ModuleFactory = run(require, dirname(path), path);
  };
  // LiteRT.js keeps the `console.error` that it finds at its start, for every model and every accelerator.
  console.error = (line: unknown) => {
    const [, severity, message] = /^(INFO|WARNING|ERROR): (.*)/s.exec(String(line)) ?? [];
    if (severity === "ERROR") faults.push(message!);
    else if (severity === undefined) error(line);
  };
  console.warn = () => undefined;
  try {
    return await work();
  } finally {
    Object.assign(console, { error, warn });
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete scope[name as keyof typeof before];
      else scope[name as keyof typeof before] = value;
    }
  }
}

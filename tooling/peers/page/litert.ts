/** LiteRT.js on WebAssembly, which is TensorFlow Lite with XNNPACK, in a page's worker. */

import * as library from "@litertjs/core";
import { litertBackend } from "../litert-backend.js";
import type { LiteRt } from "../litert-types.js";
import { PEERS } from "../peers.js";
import { inThreads, type PageFactory } from "./page-factory.js";

const open: PageFactory = async ({ faults, modules }) => {
  const lib = library as LiteRt;
  const folder = `${modules}@litertjs/core/wasm/`;
  withImportScripts(folder);
  const { liteRtWasm } = await lib.loadLiteRt(folder);
  const relaxed = await lib.supportsFeature("relaxedSimd");
  const version = PEERS.litert.packages["@litertjs/core"];
  const device = `LiteRT.js ${version} wasm, ${relaxed ? "relaxed simd" : "simd128"}, ${inThreads(liteRtWasm.getThreadCount())}`;
  return async () =>
    litertBackend({
      name: "litert",
      lib,
      device,
      features: {
        nonFinite: relaxed || { reason: "without relaxed SIMD, a NaN becomes the lower bound of the clamp" },
        subnormals: true,
      },
      check: faults.check,
    });
};

export default open;

/**
 * Replaces `importScripts`. LiteRT.js uses it, but in a worker of modules `importScripts` only throws. The script of LiteRT.js also
 * needs the place of its WebAssembly, because it would look beside the worker's own program.
 */
function withImportScripts(folder: string): void {
  if (typeof document !== "undefined") return;
  Object.assign(globalThis, {
    Module: { locateFile: (file: string) => `${folder}${file}` },
    importScripts: (address: string) => {
      const request = new XMLHttpRequest();
      request.open("GET", address, false);
      request.send();
      if (request.status !== 200) throw new Error(`${address} cannot be loaded: ${request.status}`);
      // The script runs in the global scope, because it defines global names.
      // oxlint-disable-next-line no-eval -- a module worker has no other way to run a classic script
      (0, eval)(`${request.responseText}\nglobalThis.ModuleFactory = ModuleFactory;`);
    },
  });
}

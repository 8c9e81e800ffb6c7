/** tfjs's wasm backend, which is XNNPACK, behind the Backend interface. */

import { createRequire } from "node:module";
import { type Backend, BackendUnavailableError } from "@convene/core";
import { tfjsBackend } from "./tfjs.js";
import type { Tf, TfWasm } from "./tfjs-types.js";

const require = createRequire(import.meta.url);

export default async function tfjsWasm(): Promise<Backend> {
  // The CommonJS builds are used, because the ES modules import directories, which Node does not resolve.
  const tf = require("@tensorflow/tfjs-core") as Tf;
  const wasm = require("@tensorflow/tfjs-backend-wasm") as TfWasm;
  wasm.setThreadsCount(1);
  if (!(await tf.setBackend("wasm"))) {
    throw new BackendUnavailableError("tfjs-wasm", "its WebAssembly did not start", "See what tfjs printed.");
  }
  await tf.ready();
  const simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
  const threads = wasm.getThreadsCount();
  return tfjsBackend(tf, {
    backend: "wasm",
    engine: `wasm ${simd ? "simd128" : "without SIMD"}, ${threads} ${threads === 1 ? "thread" : "threads"}`,
    features: {
      nonFinite: {
        reason: "relu6 and clipByValue turn NaN into a bound, and relu turns it into 0 if its sign bit is set",
      },
      subnormals: true,
    },
  });
}

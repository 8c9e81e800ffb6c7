/** tfjs's wasm backend in a page: the variants that the adapter for Node does not have. */

import * as tensorflow from "@tensorflow/tfjs-core";
import { getThreadsCount, setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { BackendUnavailableError } from "@convene/core";
import { tfjsBackend } from "../tfjs.js";
import type { Tf } from "../tfjs-types.js";
import { inThreads, type PageFactory } from "./page-factory.js";

const open: PageFactory = async ({ faults, variant, modules, threads }) => {
  const tf = tensorflow as Tf;
  setWasmPaths(`${modules}@tensorflow/tfjs-backend-wasm/dist/`);
  setThreadsCount(threads);
  if (!(await tf.setBackend("wasm"))) {
    throw new BackendUnavailableError("tfjs-wasm", "its WebAssembly did not start", "See what tfjs printed.");
  }
  await tf.ready();
  const simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
  const started = inThreads(getThreadsCount());
  return async () =>
    tfjsBackend(tf, {
      backend: "wasm",
      engine: `wasm ${simd ? "simd128" : "without SIMD"}, ${started}`,
      features: {
        nonFinite: { reason: "relu6, clipByValue and relu turn a NaN into a number" },
        subnormals: true,
      },
      check: faults.check,
      same: variant === "same",
    });
};

export default open;

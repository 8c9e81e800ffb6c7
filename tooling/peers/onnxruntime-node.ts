/** ONNX Runtime's native library for Node, on the CPU, behind the Backend interface. */

import { createRequire } from "node:module";
import { type Backend, BackendUnavailableError } from "@convene/core";
import { ortBackend } from "./ort.js";
import type { Ort } from "./ort-types.js";

const require = createRequire(import.meta.url);

export default async function onnxruntimeNode(): Promise<Backend> {
  return openOnnxruntimeNode(1);
}

/** @param threads the threads of each session */
export function openOnnxruntimeNode(threads: number): Backend {
  const ort = load();
  return ortBackend(ort, {
    name: threads === 1 ? "onnxruntime-node" : "onnxruntime-node-threads",
    device: `ONNX Runtime ${ort.env.versions.node}, native CPU execution provider, ${threads} ${threads === 1 ? "thread" : "threads"}`,
    session: { executionProviders: ["cpu"], intraOpNumThreads: threads, interOpNumThreads: 1 },
    features: { nonFinite: true, subnormals: true },
  });
}

/** Loads the package. It only has libraries for the systems that it supports. */
function load(): Ort {
  try {
    return require("onnxruntime-node") as Ort;
  } catch (cause) {
    const remedy = "Use a system that the package has a library for.";
    throw new BackendUnavailableError("onnxruntime-node", `its library does not load: ${String(cause)}`, remedy, {
      cause,
    });
  }
}

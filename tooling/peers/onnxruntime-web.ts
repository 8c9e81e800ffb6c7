/** ONNX Runtime compiled to WebAssembly, behind the Backend interface. */

import type { Backend } from "@convene/core";
import { ortBackend } from "./ort.js";
import { startOrt } from "./ort-start.js";
import type { Ort, OrtSessionOptions } from "./ort-types.js";

/**
 * The names of the packages are in variables, so that TypeScript does not look for types. The packages are not in the workspace. The
 * first is the build for browsers. It starts no threads in Node, because it fetches the worker's script, and Node fetches no files. The
 * second is the build for Node, which starts threads.
 */
const PACKAGES = { one: "onnxruntime-web/wasm", several: "onnxruntime-web" } as const;

/** Options of a session. The library decides the number of threads, and not a session. */
const SESSION: OrtSessionOptions = { executionProviders: ["wasm"], intraOpNumThreads: 1, interOpNumThreads: 1 };

export default async function onnxruntimeWeb(): Promise<Backend> {
  return await openOnnxruntimeWeb(1);
}

/** @param asked the number of wanted threads. The device says how many there are */
export async function openOnnxruntimeWeb(asked: number): Promise<Backend> {
  const name: string = asked === 1 ? PACKAGES.one : PACKAGES.several;
  const ort = (await import(name)) as Ort;
  ort.env.wasm.numThreads = asked;
  const { Worker } = globalThis;
  await startOrt(ort, SESSION);
  // In Node, ONNX Runtime sets the global Worker. jax-js would think that it is a browser's, so the old value is restored.
  globalThis.Worker = Worker;
  const threads = ort.env.wasm.numThreads;
  return ortBackend(ort, {
    name: asked === 1 ? "onnxruntime-web" : "onnxruntime-web-threads",
    // All builds of the package need SIMD, and do not start without it.
    device: `ONNX Runtime ${ort.env.versions.web} wasm, simd128, ${threads} ${threads === 1 ? "thread" : "threads"}`,
    session: SESSION,
    features: { nonFinite: true, subnormals: true },
  });
}

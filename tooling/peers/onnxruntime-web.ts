/** ONNX Runtime compiled to WebAssembly, behind the Backend interface. */

import type { Backend } from "@convene/core";
import { ortBackend } from "./ort.js";
import { startOrt } from "./ort-start.js";
import type { Ort, OrtSessionOptions } from "./ort-types.js";

/**
 * Names in variables, so that types are not looked for: the package is not in the workspace. The first is its build for
 * browsers, which starts no threads in Node (it fetches the worker's script, and Node fetches no files); the second its
 * build for Node, which does.
 */
const PACKAGES = { one: "onnxruntime-web/wasm", several: "onnxruntime-web" } as const;

/** How many threads there are is a matter of the library, not of a session. */
const SESSION: OrtSessionOptions = { executionProviders: ["wasm"], intraOpNumThreads: 1, interOpNumThreads: 1 };

export default async function onnxruntimeWeb(): Promise<Backend> {
  return await openOnnxruntimeWeb(1);
}

/** @param asked threads; the device says how many there are */
export async function openOnnxruntimeWeb(asked: number): Promise<Backend> {
  const name: string = asked === 1 ? PACKAGES.one : PACKAGES.several;
  const ort = (await import(name)) as Ort;
  ort.env.wasm.numThreads = asked;
  const { Worker } = globalThis;
  await startOrt(ort, SESSION);
  // In Node it leaves its own Worker there, which jax-js would then take for a browser's.
  globalThis.Worker = Worker;
  const threads = ort.env.wasm.numThreads;
  return ortBackend(ort, {
    name: asked === 1 ? "onnxruntime-web" : "onnxruntime-web-threads",
    // The package has builds with SIMD only, which do not start where it is missing.
    device: `ONNX Runtime ${ort.env.versions.web} wasm, simd128, ${threads} ${threads === 1 ? "thread" : "threads"}`,
    session: SESSION,
    features: { nonFinite: true, subnormals: true },
  });
}

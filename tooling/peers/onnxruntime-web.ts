/** ONNX Runtime compiled to WebAssembly, behind the Backend interface. */

import { type Backend, BackendUnavailableError, parseProblem } from "@convene/core";
import { onnxModel } from "./onnx.js";
import { ortBackend } from "./ort.js";
import type { Ort, OrtSessionOptions } from "./ort-types.js";

/** A name in a variable, so that types are not looked for: the package is not in the workspace. */
const PACKAGE: string = "onnxruntime-web/wasm";

const SESSION: OrtSessionOptions = { executionProviders: ["wasm"], intraOpNumThreads: 1, interOpNumThreads: 1 };

export default async function onnxruntimeWeb(): Promise<Backend> {
  const ort = (await import(PACKAGE)) as Ort;
  ort.env.wasm.numThreads = 1;
  const { Worker } = globalThis;
  await start(ort);
  // In Node it leaves its own Worker there, which jax-js would then take for a browser's.
  globalThis.Worker = Worker;
  const threads = ort.env.wasm.numThreads;
  return ortBackend(ort, {
    name: "onnxruntime-web",
    // The package has builds with SIMD only, which do not start where it is missing.
    device: `ONNX Runtime ${ort.env.versions.web} wasm, simd128, ${threads} ${threads === 1 ? "thread" : "threads"}`,
    session: SESSION,
    features: { nonFinite: true, subnormals: true },
  });
}

/** The first session starts WebAssembly; from then on the number of threads is what it is. */
async function start(ort: Ort): Promise<void> {
  const smallest = onnxModel(parseProblem("ic1_ih1_oc1_kh1_nobias"), { weight: Float32Array.of(1) });
  try {
    const session = await ort.InferenceSession.create(smallest, SESSION);
    await session.release();
  } catch (cause) {
    throw new BackendUnavailableError(
      "onnxruntime-web",
      `its WebAssembly did not start: ${String(cause)}`,
      "Use an engine with WebAssembly SIMD.",
      {
        cause,
      },
    );
  }
}

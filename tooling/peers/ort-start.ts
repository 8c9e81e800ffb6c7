/** Starts ONNX Runtime's WebAssembly. It starts with the first session, and then keeps its number of threads. */

import { BackendUnavailableError, parseProblem } from "@convene/core";
import { onnxModel } from "./onnx.js";
import type { Ort, OrtSessionOptions } from "./ort-types.js";

/** @throws BackendUnavailableError if it does not start */
export async function startOrt(ort: Ort, options: OrtSessionOptions): Promise<void> {
  const smallest = onnxModel(parseProblem("ic1_ih1_oc1_kh1_nobias"), { weight: Float32Array.of(1) });
  try {
    const session = await ort.InferenceSession.create(smallest, options);
    await session.release();
  } catch (cause) {
    const remedy = "Use an engine with WebAssembly SIMD; for WebGPU, one with an adapter.";
    throw new BackendUnavailableError("onnxruntime-web", `it did not start: ${String(cause)}`, remedy, { cause });
  }
}

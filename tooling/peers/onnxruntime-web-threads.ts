/** ONNX Runtime compiled to WebAssembly, on as many threads as worker-threads has by default. */

import { availableParallelism } from "node:os";
import type { Backend } from "@convene/core";
import { openOnnxruntimeWeb } from "./onnxruntime-web.js";

export default async function onnxruntimeWebThreads(): Promise<Backend> {
  return await openOnnxruntimeWeb(availableParallelism());
}

/** ONNX Runtime's native library for Node, on as many threads as worker-threads has by default. */

import { availableParallelism } from "node:os";
import type { Backend } from "@convene/core";
import { openOnnxruntimeNode } from "./onnxruntime-node.js";

export default async function onnxruntimeNodeThreads(): Promise<Backend> {
  return openOnnxruntimeNode(availableParallelism());
}

/** ONNX Runtime's WebGPU execution provider, compiled from C++. */

import { ortFactory } from "./ort-page.js";

export default ortFactory("onnxruntime-web-webgpu", "ort.webgpu.min.mjs", "webgpu");

/** ONNX Runtime's WebGPU execution provider in TypeScript (JSEP), which the package's main entry has. */

import { ortFactory } from "./ort-page.js";

export default ortFactory("onnxruntime-web-jsep", "ort.min.mjs", "webgpu");

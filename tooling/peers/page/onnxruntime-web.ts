/** ONNX Runtime's build for the processor alone: WebAssembly. */

import { ortFactory } from "./ort-page.js";

export default ortFactory("onnxruntime-web", "ort.wasm.min.mjs", "wasm");

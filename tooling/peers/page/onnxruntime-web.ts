/** ONNX Runtime's WebAssembly build, which only uses the processor. */

import { ortFactory } from "./ort-page.js";

export default ortFactory("onnxruntime-web", "ort.wasm.min.mjs", "wasm");

/** ONNX Runtime's WebGL execution provider, which it no longer develops. */

import { ortFactory } from "./ort-page.js";

export default ortFactory("onnxruntime-web-webgl", "ort.webgl.min.mjs", "webgl");

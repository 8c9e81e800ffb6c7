/** ONNX Runtime's WebGL execution provider, which is not developed any more. */

import { ortFactory } from "./ort-page.js";

export default ortFactory("onnxruntime-web-webgl", "ort.webgl.min.mjs", "webgl");

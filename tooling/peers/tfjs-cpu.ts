/** tfjs's cpu backend, plain JavaScript, behind the Backend interface. */

import { createRequire } from "node:module";
import type { Backend } from "@convene/core";
import { tfjsBackend } from "./tfjs.js";
import type { Tf } from "./tfjs-types.js";

const require = createRequire(import.meta.url);

export default async function tfjsCpu(): Promise<Backend> {
  // The CommonJS builds are used, because the ES modules import directories, which Node does not resolve.
  const tf = require("@tensorflow/tfjs-core") as Tf;
  require("@tensorflow/tfjs-backend-cpu");
  await tf.setBackend("cpu");
  await tf.ready();
  return tfjsBackend(tf, {
    backend: "cpu",
    engine: "plain JavaScript, 1 thread",
    features: { nonFinite: true, subnormals: true },
  });
}

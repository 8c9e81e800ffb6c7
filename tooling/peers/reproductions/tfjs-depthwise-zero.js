/** tfjs, WebGL: a depthwise sum starts at 1e-15, and 1e-15 is subtracted at the end. So a sum of zero becomes -1e-15. */

import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-webgl";

export const peer = "tfjs-webgl";
export const problem = "g27_ic27_ih1_iw2_oc27_kh1_kw2_nobias";
export const backends = ["webgl", "cpu"];
export const expected = [0];

/** @param {string} backend */
export default async function run(backend) {
  await tf.setBackend(backend);
  const x = tf.tensor4d([2, 3], [1, 1, 2, 1]);
  const filter = tf.tensor4d([3, -2], [1, 2, 1, 1]);
  return await tf.depthwiseConv2d(x, filter, 1, "valid").data();
}

/** tfjs, wasm: a depthwise convolution with a kernel of one row, a stride of 2 and "same" (its #6629). */

import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

export const peer = "tfjs-wasm";
export const problem = "ic1_ih2_iw3_oc1_kh1_kw2_sh2_pr1_nobias";
export const backends = ["wasm", "cpu"];
export const expected = [3, 3];

/** @param {string} backend */
export default async function run(backend) {
  setWasmPaths("/modules/@tensorflow/tfjs-backend-wasm/dist/");
  await tf.setBackend(backend);
  const x = tf.tensor4d([1, 2, 3, 4, 5, 6], [1, 2, 3, 1]);
  return await tf.depthwiseConv2d(x, tf.ones([1, 2, 1, 1]), 2, "same").data();
}

/** tfjs, WebGPU: a tensor that is disposed of while `data()` is under way has its read rejected. */

import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-webgl";
import "@tensorflow/tfjs-backend-webgpu";

export const peer = "tfjs-webgpu";
export const problem = "activation_silu_n2_c5_h3_w4: tensors disposed behind the last call";
export const backends = ["webgpu", "webgl", "cpu"];
export const expected = [1, 0, 3, 0];

/** @param {string} backend */
export default async function run(backend) {
  await tf.setBackend(backend);
  const y = tf.relu(tf.tensor1d([1, -2, 3, -4]));
  const data = y.data();
  y.dispose();
  return await data;
}

/** tfjs, WebGPU: a tensor that is disposed of while `data()` is under way makes it reject; on the other backends it waits. */

import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-webgl";
import "@tensorflow/tfjs-backend-webgpu";

export const peer = "tfjs-webgpu";
export const backends = ["webgpu", "webgl", "cpu"];
export const expected = [2, 4, 6];

/** @param {string} backend */
export default async function run(backend) {
  await tf.setBackend(backend);
  const y = tf.mul(tf.tensor1d([1, 2, 3]), 2);
  const data = y.data();
  y.dispose();
  return await data;
}

/** tfjs, WebGL and WebGPU: tanh of a small number is a difference of two numbers near one, and keeps few of its digits. */

import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-webgl";
import "@tensorflow/tfjs-backend-webgpu";

export const peer = "tfjs-webgpu";
export const problem = "activation_tanh_c4_h5_w3";
export const backends = ["webgl", "webgpu", "cpu"];
export const expected = [1e-3, 1e-5, 1e-7].map((x) => Math.fround(Math.tanh(x)));

/** @param {string} backend */
export default async function run(backend) {
  await tf.setBackend(backend);
  return await tf.tanh(tf.tensor1d([1e-3, 1e-5, 1e-7])).data();
}

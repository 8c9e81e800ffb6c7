/** ONNX Runtime, JSEP: a Conv without `dilations`, which has a default of 1, is refused. */

export const peer = "onnxruntime-web-jsep";
export const problem = "ic1_ih2_oc1_kh1_nobias";
export const backends = ["ort.min.mjs webgpu", "ort.webgpu.min.mjs webgpu", "ort.min.mjs wasm"];
export const expected = [2, 4, 6, 8];

/** @param {string} backend */
export default async function run(backend) {
  const [file, provider] = backend.split(" ");
  const ort = await import(`/modules/onnxruntime-web/dist/${file}`);
  ort.env.wasm.numThreads = 1;
  // y = Conv(x, w), without any attribute: x is [1, 1, 2, 2], w is [1, 1, 1, 1].
  const model =
    "CAk6awoPCgF4CgF3EgF5IgRDb252EgFnWhsKAXgSFgoUCAESEAoCCAEKAggBCgIIAgoCCAJaGwoBdxIWChQIARIQCgIIAQoCCAEKAggBCgIIAWIbCgF5EhYKFAgBEhAKAggBCgIIAQoCCAIKAggCQgIQEw==";
  const bytes = Uint8Array.from(atob(model), (letter) => letter.charCodeAt(0));
  const session = await ort.InferenceSession.create(bytes, { executionProviders: [provider] });
  const x = new ort.Tensor("float32", Float32Array.of(1, 2, 3, 4), [1, 1, 2, 2]);
  const w = new ort.Tensor("float32", Float32Array.of(2), [1, 1, 1, 1]);
  return (await session.run({ x, w })).y.data;
}

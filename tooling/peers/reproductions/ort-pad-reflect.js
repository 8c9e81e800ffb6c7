/** ONNX Runtime, WebGL: Pad in mode reflect divides by zero along an axis of one element, such as the batch. */

export const peer = "onnxruntime-web-webgl";
export const problem = "ic3_ih5_oc1_kh1_reflect_nobias";
export const backends = ["ort.webgl.min.mjs webgl", "ort.webgpu.min.mjs webgpu", "ort.min.mjs wasm"];
export const expected = Array.from({ length: 75 }, (_, i) => i);

/** @param {string} backend */
export default async function run(backend) {
  const [file, provider] = backend.split(" ");
  const ort = await import(`/modules/onnxruntime-web/dist/${file}`);
  ort.env.wasm.numThreads = 1;
  // y = Pad(x, eight zeros), mode = "reflect", operator set 19: x is [1, 3, 5, 5].
  const model =
    "CAk6egoiCgF4CgFwEgF5IgNQYWQqEgoEbW9kZSIHcmVmbGVjdKABAxIBZyoXCAgQBzgAOAA4ADgAOAA4ADgAOABCAXBaGwoBeBIWChQIARIQCgIIAQoCCAMKAggFCgIIBWIbCgF5EhYKFAgBEhAKAggBCgIIAwoCCAUKAggFQgIQEw==";
  const bytes = Uint8Array.from(atob(model), (letter) => letter.charCodeAt(0));
  const session = await ort.InferenceSession.create(bytes, { executionProviders: [provider] });
  const x = new ort.Tensor(
    "float32",
    Float32Array.from({ length: 75 }, (_, i) => i),
    [1, 3, 5, 5],
  );
  return (await session.run({ x })).y.data;
}

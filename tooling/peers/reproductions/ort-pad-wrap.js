/** ONNX Runtime, JSEP: the shader of Pad in mode wrap does not compile, and `run` resolves with zeros. */

export const peer = "onnxruntime-web-jsep";
export const problem = "ic1_ih2_oc1_kh1_ph1_circular_nobias";
export const backends = ["ort.min.mjs webgpu", "ort.webgpu.min.mjs webgpu", "ort.min.mjs wasm"];
export const expected = [4, 3, 4, 3, 2, 1, 2, 1, 4, 3, 4, 3, 2, 1, 2, 1];

/** @param {string} backend */
export default async function run(backend) {
  const [file, provider] = backend.split(" ");
  const ort = await import(`/modules/onnxruntime-web/dist/${file}`);
  ort.env.wasm.numThreads = 1;
  // y = Pad(x, [0, 0, 1, 1, 0, 0, 1, 1]), mode = "wrap", operator set 19: x is [1, 1, 2, 2].
  const model =
    "CAk6dwofCgF4CgFwEgF5IgNQYWQqDwoEbW9kZSIEd3JhcKABAxIBZyoXCAgQBzgAOAA4ATgBOAA4ADgBOAFCAXBaGwoBeBIWChQIARIQCgIIAQoCCAEKAggCCgIIAmIbCgF5EhYKFAgBEhAKAggBCgIIAQoCCAQKAggEQgIQEw==";
  const bytes = Uint8Array.from(atob(model), (letter) => letter.charCodeAt(0));
  const session = await ort.InferenceSession.create(bytes, { executionProviders: [provider] });
  const x = new ort.Tensor("float32", Float32Array.of(1, 2, 3, 4), [1, 1, 2, 2]);
  return (await session.run({ x })).y.data;
}

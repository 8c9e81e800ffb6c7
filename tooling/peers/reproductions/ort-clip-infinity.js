/** ONNX Runtime, WebGL: the shader of Clip does not compile if a bound is infinite. */

export const peer = "onnxruntime-web-webgl";
export const problem = "ic1_ih1_iw4_oc1_kh1_nobias_clamp-1:Infinity";
export const backends = ["ort.webgl.min.mjs webgl", "ort.webgpu.min.mjs webgpu", "ort.min.mjs wasm"];
export const expected = [-1, 0, 1, 2];

/** @param {string} backend */
export default async function run(backend) {
  const [file, provider] = backend.split(" ");
  const ort = await import(`/modules/onnxruntime-web/dist/${file}`);
  ort.env.wasm.numThreads = 1;
  // y = Clip(x, -1, Infinity), operator set 13: x is [1, 1, 1, 4].
  const model =
    "CAgSDWNvbnZlbmUgdGVzdHM6dgoXCgF4CgJsbwoCaGkSAXkaAWMiBENsaXASBWdyYXBoKgwQAUICbG9KBAAAgL8qDBABQgJoaUoEAACAf1obCgF4EhYKFAgBEhAKAggBCgIIAQoCCAEKAggEYhsKAXkSFgoUCAESEAoCCAEKAggBCgIIAQoCCARCAhAN";
  const bytes = Uint8Array.from(atob(model), (letter) => letter.charCodeAt(0));
  const session = await ort.InferenceSession.create(bytes, { executionProviders: [provider] });
  const x = new ort.Tensor("float32", Float32Array.of(-2, 0, 1, 2), [1, 1, 1, 4]);
  return (await session.run({ x })).y.data;
}

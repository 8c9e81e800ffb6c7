/** ONNX Runtime, JSEP and WebGL: auto_pad SAME_UPPER pads a kernel smaller than its stride by a negative number (its #26734). */

export const peer = "onnxruntime-web-jsep";
export const problem = "ic1_ih1_iw2_oc1_kh1_sw2_nobias";
export const backends = [
  "ort.min.mjs webgpu",
  "ort.webgl.min.mjs webgl",
  "ort.webgpu.min.mjs webgpu",
  "ort.min.mjs wasm",
];
export const expected = [1];

/** @param {string} backend */
export default async function run(backend) {
  const [file, provider] = backend.split(" ");
  const ort = await import(`/modules/onnxruntime-web/dist/${file}`);
  ort.env.wasm.numThreads = 1;
  // y = Conv(x, w), auto_pad = "SAME_UPPER", strides = [1, 2]: x is [1, 1, 1, 2], w is [1, 1, 1, 1].
  const model =
    "CAk6wwEKZwoBeAoBdxIBeSIEQ29udioVCgxrZXJuZWxfc2hhcGVAAUABoAEHKhAKB3N0cmlkZXNAAUACoAEHKhIKCWRpbGF0aW9uc0ABQAGgAQcqGQoIYXV0b19wYWQiClNBTUVfVVBQRVKgAQMSAWdaGwoBeBIWChQIARIQCgIIAQoCCAEKAggBCgIIAlobCgF3EhYKFAgBEhAKAggBCgIIAQoCCAEKAggBYhsKAXkSFgoUCAESEAoCCAEKAggBCgIIAQoCCAFCAhAT";
  const bytes = Uint8Array.from(atob(model), (letter) => letter.charCodeAt(0));
  const session = await ort.InferenceSession.create(bytes, { executionProviders: [provider] });
  const x = new ort.Tensor("float32", Float32Array.of(1, 2), [1, 1, 1, 2]);
  const w = new ort.Tensor("float32", Float32Array.of(1), [1, 1, 1, 1]);
  return (await session.run({ x, w })).y.data;
}

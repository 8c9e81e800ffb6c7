/** ONNX Runtime, WebGPU: a vector of outputs that spans two groups reads the first group's input for all of them. */

export const peer = "onnxruntime-web-webgpu";
export const problem = "g2_ic2_ih1_oc10_kh1_nobias";
export const backends = [
  "ort.webgpu.min.mjs webgpu",
  "ort.min.mjs webgpu",
  "ort.webgl.min.mjs webgl",
  "ort.min.mjs wasm",
];
export const expected = [1, 2, 3, 4, 5, 600, 700, 800, 900, 1000];

/** @param {string} backend */
export default async function run(backend) {
  const [file, provider] = backend.split(" ");
  const ort = await import(`/modules/onnxruntime-web/dist/${file}`);
  ort.env.wasm.numThreads = 1;
  // y = Conv(x, w), group = 2: x is [1, 2, 1, 1], w is [10, 1, 1, 1].
  const model =
    "CAk6yQEKbQoBeAoBdxIBeSIEQ29udioVCgxrZXJuZWxfc2hhcGVAAUABoAEHKhAKB3N0cmlkZXNAAUABoAEHKhIKCWRpbGF0aW9uc0ABQAGgAQcqEQoEcGFkc0AAQABAAEAAoAEHKgwKBWdyb3VwGAKgAQISAWdaGwoBeBIWChQIARIQCgIIAQoCCAIKAggBCgIIAVobCgF3EhYKFAgBEhAKAggKCgIIAQoCCAEKAggBYhsKAXkSFgoUCAESEAoCCAEKAggKCgIIAQoCCAFCAhAT";
  const bytes = Uint8Array.from(atob(model), (letter) => letter.charCodeAt(0));
  const session = await ort.InferenceSession.create(bytes, { executionProviders: [provider] });
  const x = new ort.Tensor("float32", Float32Array.of(1, 100), [1, 2, 1, 1]);
  const w = new ort.Tensor("float32", Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), [10, 1, 1, 1]);
  return (await session.run({ x, w })).y.data;
}

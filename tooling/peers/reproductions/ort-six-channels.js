/** ONNX Runtime, native WebGPU: a sum of six input channels for four output channels is wrong (its #29651). */

export const peer = "onnxruntime-web-webgpu";
export const problem = "ic6_ih5_iw7_oc4_kh3_ph1_nobias";
export const backends = [
  "ort.webgpu.min.mjs webgpu",
  "ort.min.mjs webgpu",
  "ort.webgl.min.mjs webgl",
  "ort.min.mjs wasm",
];
export const expected = [304, 526, 477, 505, 478, 451];

/** @param {string} backend */
export default async function run(backend) {
  const [file, provider] = backend.split(" ");
  const ort = await import(`/modules/onnxruntime-web/dist/${file}`);
  ort.env.wasm.numThreads = 1;
  // y = Conv(x, w), w a constant: x is [1, 6, 5, 7], pads are 1, w is [4, 6, 3, 3], whose 864 bytes are the last of the file.
  const head =
    "CAlCAhATOpEICl8KAXgKAXcSAXkiBENvbnYqFQoMa2VybmVsX3NoYXBlQANAA6ABByoQCgdzdHJpZGVzQAFAAaABByoSCglkaWxhdGlvbnNAAUABoAEHKhEKBHBhZHNAAUABQAFAAaABBxIBZ1obCgF4EhYKFAgBEhAKAggBCgIIBgoCCAUKAggHYhsKAXkSFgoUCAESEAoCCAEKAggECgIIBQoCCAcq8AYIBAgGCAMIAxABQgF3SuAG";
  const w = new Uint8Array(Float32Array.from({ length: 216 }, (_, i) => i % 7).buffer);
  const bytes = Uint8Array.from([...[...atob(head)].map((letter) => letter.charCodeAt(0)), ...w]);
  const session = await ort.InferenceSession.create(bytes, { executionProviders: [provider] });
  const input = Float32Array.from({ length: 210 }, (_, i) => i % 11);
  const x = new ort.Tensor("float32", input, [1, 6, 5, 7]);
  return (await session.run({ x })).y.data.slice(0, 6);
}

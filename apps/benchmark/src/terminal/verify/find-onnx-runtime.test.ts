import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { findOnnxRuntime } from "./find-onnx-runtime.js";

/** Two folders, with the native package and without, because Node remembers where it found no package. */
const folder = mkdtempSync(join(tmpdir(), "convene-runtime-"));
const withWeb = join(folder, "web");
const withBoth = join(folder, "both");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A package that doubles its input, with ONNX Runtime's interface. */
const SOURCE = `
exports.Tensor = class { constructor(type, data, dims) { Object.assign(this, { type, data, dims }); } };
exports.InferenceSession = { create: async (file, { executionProviders: [provider], externalData }) => ({
  run: async ({ x }) => file.length === 1
    ? { y: { type: "int64", data: new BigInt64Array(1) } }
    : { y: { type: "float32", data: x.data.map((each) => 2 * each) }, [provider]: x, ...Object.fromEntries(externalData.map(({ path, data }) => [path, { type: "float32", data: Float32Array.from(data) }])) },
  release: async () => {},
}) };`;

function install(into: string, name: string, version: string): void {
  const place = join(into, "node_modules", name);
  mkdirSync(join(place, "dist"), { recursive: true });
  writeFileSync(join(place, "package.json"), JSON.stringify({ name, version, main: "dist/index.js" }));
  writeFileSync(join(place, "dist", "index.js"), SOURCE);
}

it("prefers the native package to the one for browsers, searches the given folder, and names the package", async () => {
  install(withWeb, "onnxruntime-web", "1.2.3");
  expect(findOnnxRuntime(withWeb)?.name).toBe("onnxruntime-web 1.2.3");
  install(withBoth, "onnxruntime-web", "1.2.3");
  install(withBoth, "onnxruntime-node", "4.5.6");
  const runtime = findOnnxRuntime(withBoth)!;
  expect(runtime.name).toBe("onnxruntime-node 4.5.6");
  const inputs = { x: { data: Float32Array.of(1, 2), dims: [1, 2] } };
  const answer = await runtime.run({ bytes: new Uint8Array(2), external: { "x.data": Uint8Array.of(7) } }, inputs);
  expect(answer["y"]).toEqual(Float32Array.of(2, 4));
  // It uses the processor, and no accelerator, which would round differently.
  expect(Object.keys(answer)).toContain("cpu");
  // It gets the files that have weights.
  expect(answer["x.data"]).toEqual(Float32Array.of(7));
});

it("names an output that is not float32", async () => {
  const inputs = { x: { data: Float32Array.of(1), dims: [1] } };
  await expect(findOnnxRuntime(withBoth)!.run({ bytes: new Uint8Array(1), external: {} }, inputs)).rejects.toThrow(
    "the output y is of type int64, not float32",
  );
});

it("finds none if none is installed", () => {
  expect(findOnnxRuntime(join(tmpdir(), "convene-no-such-folder"))).toBeUndefined();
});

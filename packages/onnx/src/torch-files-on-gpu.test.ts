/**
 * The files of `torch-files-on-backends.test.ts` on gpu: all of them in gpu.js's WebAssembly, and those with the most kinds of layers on
 * whatever WebGPU adapter there is; `vitest.config.ts` takes the one in software that Chromium brings, which takes as long for a
 * kernel as WebAssembly for a file. The kernels of both are the same texts. Where there is no adapter, one line says that nothing
 * ran there; where CI is set that is a failure.
 */

import { gpu } from "@convene/gpu";
import { afterAll, describe, expect, it } from "vitest";
import { faultsOf, readTorchFile, TORCH_FILES } from "./testing/torch-files.js";

/** Squeeze-excite and hard-swish; slices and shuffles; a transposed convolution and concatenation. */
const ON_WEBGPU = ["mobilenet-v3", "shufflenet-v2", "unet"];

const missing = await gpu().then(
  (backend) => backend.dispose(),
  (error: Error) => error.message,
);
if (missing !== undefined && !process.env["CI"]) console.warn(`the ONNX files did not run on WebGPU: ${missing}`);

describe.each([
  ["webasm", TORCH_FILES, false],
  ["webgpu", ON_WEBGPU, missing !== undefined && !process.env["CI"]],
] as const)("gpu, %s", (mode, files, skipped) => {
  const opened = skipped ? undefined : gpu({ mode });
  // What it rejects with, each test says.
  opened?.catch(() => undefined);
  afterAll(async () => (await opened?.catch(() => undefined))?.dispose());

  it.skipIf(skipped).each(files)("%s gives PyTorch's answer", async (name) => {
    expect(await faultsOf((await opened)!, readTorchFile(name))).toEqual([]);
  });
});

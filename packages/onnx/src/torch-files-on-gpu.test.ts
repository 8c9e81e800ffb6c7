/**
 * The files of `torch-files-on-backends.test.ts` on whatever WebGPU adapter there is; `vitest.config.ts` takes the one in software that
 * Chromium brings. Where there is none, one line says that nothing ran; where CI is set that is a failure.
 */

import { type Backend } from "@convene/core";
import { gpu } from "@convene/gpu";
import { afterAll, describe, expect, it } from "vitest";
import { faultsOf, readTorchFile, TORCH_FILES } from "./testing/torch-files.js";

let missing: string | undefined;
const backend = await gpu().catch((error: Error): undefined => {
  missing = error.message;
});
if (missing !== undefined && !process.env["CI"]) console.warn(`the ONNX files did not run on gpu: ${missing}`);

describe.skipIf(missing !== undefined && !process.env["CI"])("gpu", () => {
  afterAll(() => backend?.dispose());

  it.each(TORCH_FILES)("%s gives PyTorch's answer", async (name) => {
    expect(missing).toBeUndefined();
    expect(await faultsOf(backend as Backend, readTorchFile(name))).toEqual([]);
  });
});

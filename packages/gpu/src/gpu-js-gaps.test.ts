/**
 * What gpu.js 2.24 lacks, each as small as it gets, beside what is done instead. When one of these fails, gpu.js has
 * learned it, and what is done instead can go. Those of WebGL2 are in tooling/browser/gpu-js-gaps.js.
 */

import { describe, expect, it } from "vitest";
import { openWebGpu } from "./engines/webgpu.js";
import type { Kernel } from "./gpu-js.js";

const missing = await openWebGpu().then(
  async (engine) => void (await engine.dispose()),
  (error: Error) => error.message,
);

const FOUR = "function () { return [1.0, 2.0, 3.0, 4.0]; }";
const SETTINGS = { pipeline: true, immutable: true, precision: "single" } as const;

describe.skipIf(missing !== undefined && !process.env["CI"])("gpu.js on WebGPU", () => {
  const withGpu = async (
    work: (kernel: (source: string, settings?: object) => Kernel) => Promise<void>,
  ): Promise<void> => {
    const engine = await openWebGpu();
    try {
      await work((source, settings) =>
        engine.gpu.createKernel(source, { ...SETTINGS, output: [2, 1, 1], ...settings }),
      );
    } finally {
      await engine.dispose();
    }
  };

  it("takes no result of four numbers a thread as an argument, so webgpu.ts makes a handle of its buffer", () =>
    withGpu(async (kernel) => {
      const four = await kernel(FOUR)();
      const next = kernel("function (x) { return x[0][0][this.thread.x]; }", { argumentTypes: ["Input"] });
      await expect(async () => await next(four)).rejects.toThrow(/does not yet support Array\(4\) pipeline results/);
    }));

  it("has no native functions, so access-elements.ts reads number by number", () =>
    withGpu(async (kernel) => {
      const settings = { returnType: "Float", argumentTypes: {} };
      const native = { name: "one", source: "fn one() -> f32 { return 1.0; }", settings };
      expect(() => kernel("function () { return one(); }", { nativeFunctions: [native] })).toThrow(
        /does not yet support native functions/,
      );
    }));

  it("keeps a reference to a kernel's last result, so webgpu.ts deletes the reference", () =>
    withGpu(async (kernel) => {
      const run = kernel(FOUR);
      const handle = (await run()) as { readonly buffer: object; delete(): void };
      handle.delete();
      expect((run.kernel as { outputBuffer?: object }).outputBuffer).toBe(handle.buffer);
    }));

  it("makes a float of an integer in a variable, so kernel-source.ts has few such variables", () =>
    withGpu(async (kernel) => {
      const run = kernel("function () { const x = this.thread.x * 2; return x; }");
      await run();
      expect((run.kernel as { compiledSource?: string }).compiledSource).toMatch(/user_x : f32/);
    }));
});

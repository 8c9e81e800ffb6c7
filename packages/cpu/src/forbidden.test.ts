/** Where there is no WebAssembly, or none may be compiled: ours, with a reason, and a remedy that works. */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { nodeProgramOf } from "@convene/node-program";
import { afterEach, describe, expect, it, vi } from "vitest";
import { cpu } from "./index.js";

afterEach(() => void vi.unstubAllGlobals());

let programs = 0;

/** What comes of `expression` in a process of its own, which has `factory` of `file`. */
async function outcome(flags: readonly string[], file: string, factory: string, options: string): Promise<unknown> {
  const program = `
    import { ${factory} } from "${file}";
    import { Conv2d, prepare, randomUniform } from "@convene/core";
    try {
      const backend = await ${factory}(${options});
      const model = await prepare(backend, new Conv2d({ inChannels: 2, outChannels: 3, kernelSize: 3 }), [1, 2, 4, 4]);
      const { shape } = await model.run(randomUniform([1, 2, 4, 4]));
      console.log(JSON.stringify({ shape }));
    } catch ({ name, code, backend, reason, remedy }) {
      console.log(JSON.stringify({ name, code, backend, reason, remedy }));
    }`;
  const path = await nodeProgramOf(`forbidden-${++programs}`, program, fileURLToPath(new URL(".", import.meta.url)));
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, path]);
  return JSON.parse(stdout);
}

describe("node --jitless", () => {
  it.each([
    ["cpu", "./index.ts", 'Use cpu({ kernels: "js" }), which needs no WebAssembly'],
    [
      "workerThreads",
      "../../worker-threads/src/index.ts",
      'Use @convene/cpu with cpu({ kernels: "js" }), which needs no WebAssembly',
    ],
  ])("%s is unavailable", async (factory, file, remedy) => {
    expect(await outcome(["--jitless"], file, factory, "")).toEqual({
      name: "BackendUnavailableError",
      code: "ERR_BACKEND_UNAVAILABLE",
      backend: factory === "cpu" ? "cpu" : "worker-threads",
      reason: "there is no WebAssembly here, as under node --jitless",
      remedy,
    });
  });

  it('runs cpu({ kernels: "js" }), the remedy of the error', async () => {
    expect(await outcome(["--jitless"], "./index.ts", "cpu", '{ kernels: "js" }')).toEqual({ shape: [1, 3, 2, 2] });
  });
});

describe("a content security policy", () => {
  it("is named in the error, and the remedy has 'wasm-unsafe-eval' first and the js kernels second", async () => {
    const { Memory, validate } = WebAssembly;
    const cause = new WebAssembly.CompileError("violates the following Content Security Policy directive");
    vi.stubGlobal("WebAssembly", { Memory, validate, instantiate: () => Promise.reject(cause) });
    await expect(cpu()).rejects.toMatchObject({
      code: "ERR_BACKEND_UNAVAILABLE",
      reason: expect.stringContaining("violates the following Content Security Policy directive"),
      remedy: expect.stringMatching(/^Where .*'wasm-unsafe-eval' to its script-src.*kernels: "js"/),
      cause,
    });
  });
});

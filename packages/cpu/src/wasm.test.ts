import { afterEach, describe, expect, it, vi } from "vitest";
import { cpu } from "./index.js";

afterEach(() => vi.unstubAllGlobals());

describe("if WebAssembly cannot run, cpu() says so, and does not fall back", () => {
  const unavailable = (reason: RegExp) =>
    expect.objectContaining({
      name: "BackendUnavailableError",
      code: "ERR_BACKEND_UNAVAILABLE",
      backend: "cpu",
      reason: expect.stringMatching(reason),
      remedy: expect.stringContaining('cpu({ kernels: "js" })'),
    });

  it("without WebAssembly", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    await expect(cpu()).rejects.toThrow(unavailable(/no WebAssembly/));
  });

  it("without SIMD", async () => {
    vi.stubGlobal("WebAssembly", { ...WebAssembly, validate: () => false });
    await expect(cpu()).rejects.toThrow(unavailable(/no SIMD/));
  });

  it("where a policy forbids compilation", async () => {
    vi.stubGlobal("WebAssembly", {
      Memory: WebAssembly.Memory,
      validate: () => true,
      instantiate: () => Promise.reject(new EvalError("blocked by Content Security Policy")),
    });
    await expect(cpu()).rejects.toThrow(unavailable(/blocked by Content Security Policy/));
  });

  it("and the js kernels still run there", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    const backend = await cpu({ kernels: "js" });
    expect(backend.device).toBe("plain JavaScript, 1 thread");
    await backend.dispose();
  });
});

describe("cpu({ simd })", () => {
  it("takes no other build if the requested build cannot run", async () => {
    vi.stubGlobal("WebAssembly", { ...WebAssembly, validate: () => false });
    await expect(cpu({ simd: "relaxed" })).rejects.toThrow(/no relaxed SIMD.*simd128/);
  });

  it("takes simd128 by default if the engine does not accept relaxed SIMD", async () => {
    let asked = 0;
    vi.stubGlobal("WebAssembly", {
      Memory: WebAssembly.Memory,
      instantiate: WebAssembly.instantiate,
      validate: () => asked++ > 0,
    });
    expect((await cpu()).device).toBe("wasm simd128, 1 thread");
  });
});

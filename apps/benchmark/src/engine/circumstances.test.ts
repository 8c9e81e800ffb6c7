import { referenceBackend } from "@convene/conformance";
import { describe, expect, it } from "vitest";
import { circumstances } from "./circumstances.js";

async function of(asked: string, device: string, environment: { threads: number; isolated?: boolean }) {
  const backend = { ...(await referenceBackend()), device };
  return circumstances({ name: asked, asked, backend, start: 1, another: referenceBackend }, environment);
}

describe("circumstances", () => {
  it("has the build and the threads, and says why there are no more threads", async () => {
    expect(await of("cpu", "wasm relaxed, 1 thread", { threads: 4 })).toMatchObject({
      build: "wasm relaxed",
      threads: 1,
      whyNotMore: "this backend computes on one thread",
    });
    expect(await of("worker-threads", "wasm simd128, 4 threads", { threads: 4 })).not.toHaveProperty("whyNotMore");
    expect(await of("worker-threads?threads=2", "wasm simd128, 2 threads", { threads: 4 })).toMatchObject({
      whyNotMore: "as many as were asked for",
    });
  });

  it("recognises an adapter in software", async () => {
    expect(await of("gpu", "WebGL2: ANGLE (Google, SwiftShader driver)", { threads: 2 })).toMatchObject({
      adapter: { name: "ANGLE (Google, SwiftShader driver)", software: true },
    });
    expect(await of("gpu", "WebGPU: NVIDIA H100", { threads: 2 })).toMatchObject({ adapter: { software: false } });
  });
});

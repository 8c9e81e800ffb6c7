import { parseProblem } from "@convene/core";
import { expect, test } from "vitest";
import { litertBackend } from "./litert-backend.js";
import type { LiteRt, LiteRtModel } from "./litert-types.js";

const problem = parseProblem("ic1_ih1_oc1_kh1_nobias");
const weights = { weight: Float32Array.of(1) };

/** A backend over a library that compiles as it is told to, and that prints `printed` once, while it compiles. */
function over(loadAndCompile: LiteRt["loadAndCompile"], printed?: string) {
  let noted = printed;
  return litertBackend(
    {
      name: "litert-webgpu",
      lib: { loadAndCompile } as unknown as LiteRt,
      device: "none",
      features: { nonFinite: true, subnormals: true },
      check() {
        const text = noted;
        noted = undefined;
        if (text !== undefined) throw new Error(text);
      },
    },
    "webgpu",
  );
}

const compiled = (accelerator: "wasm" | "webgpu") =>
  ({ options: { accelerator }, delete() {} }) as unknown as LiteRtModel;

test("what LiteRT printed of a model that it refused is thrown with that model, and not by the next call", async () => {
  let tries = 0;
  const backend = over(async () => {
    if (tries++ === 0) throw new Error("litert_web.cc:245");
    return compiled("webgpu");
  }, "UNIMPLEMENTED: No selector");
  await expect(backend.prepareConv2d(problem, weights)).rejects.toThrow("UNIMPLEMENTED: No selector");
  await expect(backend.sync()).resolves.toBeUndefined();
});

test("a model that LiteRT would quietly run on the processor is refused", async () => {
  const backend = over(async () => compiled("wasm"));
  await expect(backend.prepareConv2d(problem, weights)).rejects.toThrow("compiled it for wasm, where webgpu was asked");
});

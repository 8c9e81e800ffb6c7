import { parseProblem, tensor } from "@convene/core";
import { expect, test } from "vitest";
import { litertBackend } from "./litert-backend.js";
import type { LiteRt, LiteRtModel } from "./litert-types.js";

const problem = parseProblem("ic1_ih1_oc1_kh1_nobias");
const weights = { weight: Float32Array.of(1) };

/** A backend over a false library, whose compiled models are given, and which prints `printed` once while it compiles. */
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

test("errors that LiteRT printed about a refused model are thrown for this model, and not by the next call", async () => {
  let tries = 0;
  const backend = over(async () => {
    if (tries++ === 0) throw new Error("litert_web.cc:245");
    return compiled("webgpu");
  }, "UNIMPLEMENTED: No selector");
  await expect(backend.prepareConv2d(problem, weights)).rejects.toThrow("UNIMPLEMENTED: No selector");
  await expect(backend.sync()).resolves.toBeUndefined();
});

test("a model that LiteRT compiled for another accelerator is refused", async () => {
  const backend = over(async () => compiled("wasm"));
  await expect(backend.prepareConv2d(problem, weights)).rejects.toThrow("compiled the model for wasm; expected webgpu");
});

test("sync waits for a read that was called before it, and for the check after the read", async () => {
  let finish: (() => void) | undefined;
  class Tensor {
    readonly accelerator = "wasm";
    toTypedArray() {
      return Float32Array.of(7);
    }
    delete() {}
  }
  const backend = litertBackend(
    {
      name: "litert-webgpu",
      lib: { Tensor } as unknown as LiteRt,
      device: "none",
      features: { nonFinite: true, subnormals: true },
      check: async () => new Promise((resolve) => (finish = resolve)),
    },
    "webgpu",
  );
  const held = backend.upload(tensor(Float32Array.of(7), [1, 1, 1, 1]));
  const settled: string[] = [];
  const read = backend.read(held).then(() => settled.push("read"));
  const sync = backend.sync().then(() => settled.push("sync"));
  await new Promise((resolve) => setTimeout(resolve));
  expect(settled).toEqual([]);
  finish!();
  await Promise.all([read, sync]);
  expect(settled).toEqual(["read", "sync"]);
});

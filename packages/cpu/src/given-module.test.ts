import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { Conv2d, prepare, randomUniform } from "@convene/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { cpu, type CpuOptions } from "./index.js";

const bytesOf = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(`./generated/${name}.wasm`, import.meta.url)));
const compiled = (name: string): Promise<WebAssembly.Module> => WebAssembly.compile(bytesOf(name));
const refused = (message: RegExp) =>
  expect.objectContaining({ code: "ERR_INVALID_OPTION", message: expect.stringMatching(message) });

/** Those that this engine takes; Node 20 takes the first only. */
const BUILDS = (["simd128", "relaxed"] as const).filter((name) => WebAssembly.validate(bytesOf(name)));

/** An empty module. */
const EMPTY = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

afterEach(() => void vi.unstubAllGlobals());

describe("cpu({ module })", () => {
  it.each(BUILDS)("runs %s where bytes may not be compiled, with the same bits", async (simd) => {
    const layer = new Conv2d({ inChannels: 16, outChannels: 24, kernelSize: 3 }, { seed: 1 });
    const x = randomUniform([1, 16, 9, 9], { seed: 2 });
    const bits = async (options: CpuOptions): Promise<Buffer> => {
      const backend = await cpu(options);
      expect(backend.device).toMatch(simd === "relaxed" ? /^wasm relaxed simd, 1 thread$/ : /^wasm simd128, 1 thread$/);
      const { data } = await (await prepare(backend, layer, x.shape)).run(x);
      await backend.dispose();
      return Buffer.from(data.buffer);
    };
    const expected = await bits({ simd });
    const module = await compiled(simd);
    const { Module, Memory, instantiate, validate } = WebAssembly;
    const forbidding = (what: BufferSource | WebAssembly.Module, imports: WebAssembly.Imports): unknown =>
      what instanceof Module ? instantiate(what, imports) : Promise.reject(new Error("code generation is disallowed"));
    vi.stubGlobal("WebAssembly", { Module, Memory, validate, instantiate: forbidding });
    await expect(cpu({ simd })).rejects.toThrow(/forbidden here.*disallowed.*cpu\(\{ module \}\)/);
    expect((await bits({ module })).equals(expected)).toBe(true);
  });

  it("takes a module of another realm", async () => {
    const module = runInNewContext("new WebAssembly.Module(bytes)", { bytes: bytesOf("simd128") });
    const backend = await cpu({ module });
    expect(backend.device).toBe("wasm simd128, 1 thread");
    await backend.dispose();
  });

  it.each([
    ["bytes", EMPTY, /^module \(Uint8Array\) is not a WebAssembly.Module; bytes become one by WebAssembly.compile/],
    ["a bundler's address", "/relaxed.wasm", /^module \(String\) is not/],
    ["null", null, /^module \(Null\) is not/],
    ["a module's namespace", { default: 1 }, /^module \(Object\) is not.*@convene\/cpu\/relaxed.wasm/],
  ])("refuses %s", async (_, module, message) => {
    await expect(cpu({ module } as CpuOptions)).rejects.toThrow(refused(message));
  });

  it("refuses a module of another package, and names its exports", async () => {
    await expect(cpu({ module: new WebAssembly.Module(EMPTY) })).rejects.toThrow(
      refused(/^module is none of Convene's: it exports nothing/),
    );
  });

  it("refuses a module of another version of the package", async () => {
    const bytes = bytesOf("simd128");
    // The last digit of the hash, which is the file's last byte.
    bytes[bytes.length - 1] = bytes.at(-1) === 0x30 ? 0x31 : 0x30;
    const module = await WebAssembly.compile(bytes);
    await expect(cpu({ module })).rejects.toThrow(
      refused(
        /^module is of another version of @convene\/cpu \("simd128 [0-9a-f]{12}"; this one has "simd128 .*same version/,
      ),
    );
  });

  it.each([
    [{ simd: "relaxed" as const }, /^simd \("relaxed"\) means nothing beside module/],
    [{ wide: false }, /^wide \(false\) means nothing beside module/],
    [{ kernels: "js" as const }, /^module is for kernels "wasm" only/],
  ])("refuses the options %j beside module", async (options, message) => {
    await expect(cpu({ ...options, module: await compiled("simd128") })).rejects.toThrow(refused(message));
  });
});

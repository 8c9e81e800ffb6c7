import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decodeModule, encodeModules } from "./bytes-as-text.js";
import * as generated from "./generated/wasm.js";

const every = Uint8Array.from({ length: 1000 }, (_, index) => (index * 7) & 255);

describe("modules as text", () => {
  it.each([
    ["of one length", [every, every.slice().reverse()]],
    ["of several lengths", [every, every.subarray(0, 10), new Uint8Array(0)]],
    ["of one module only", [every]],
  ])("decode to the same bytes, with every byte value, %s", (_, modules) => {
    for (const count of [1, 3, 8]) {
      const bundle = JSON.parse(JSON.stringify(encodeModules(modules, count)));
      expect(modules.map((_module, index) => decodeModule(bundle, index, modules.length))).toEqual(modules);
    }
  });

  it("are at most 1 % larger under gzip than the bytes themselves", () => {
    const { bundle } = generated;
    const bytes = decodeModule(bundle, 1, 2);
    const text = encodeModules([bytes], 1).pieces.join("");
    expect(gzipSync(text, { level: 9 }).length).toBeLessThan(1.01 * gzipSync(bytes, { level: 9 }).length);
    expect(text).toMatch(/^[ -~]*$/);
  });
});

/** The tests of packages/worker-threads show that threads can share the module: all of them use it. */

import { describe, expect, it } from "vitest";
import { decodeModule } from "./bytes-as-text.js";
import { bundle } from "./generated/wasm.js";
import { withSharedMemory } from "./shared-module.js";

/** Both builds. Node 20 compiles the relaxed build only with a flag. */
const BUILDS = [0, 1].map((at) => decodeModule(bundle, at, 2)).filter((bytes) => WebAssembly.validate(bytes));

const instantiate = (bytes: Uint8Array<ArrayBuffer>, shared: boolean): Promise<unknown> =>
  WebAssembly.instantiate(bytes, { env: { memory: new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared }) } });

describe("withSharedMemory", () => {
  it("makes a module that takes a shared memory only of a module that takes an unshared memory only", async () => {
    expect(BUILDS.length).toBeGreaterThan(0);
    for (const own of BUILDS) {
      const shared = withSharedMemory(own);
      await expect(instantiate(shared, true)).resolves.toBeDefined();
      await expect(instantiate(shared, false)).rejects.toThrow(/shared/);
      await expect(instantiate(own, false)).resolves.toBeDefined();
      await expect(instantiate(own, true)).rejects.toThrow(/shared/);
      const exports = (bytes: Uint8Array<ArrayBuffer>) => WebAssembly.Module.exports(new WebAssembly.Module(bytes));
      expect(exports(shared)).toEqual(exports(own));
    }
  });

  it.each([
    ["nothing", []],
    ["a header without sections", [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]],
    // One import, "a" of "e", of a function.
    ["another import", [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 2, 7, 1, 1, 0x65, 1, 0x61, 0, 0]],
    ["a module that ends before its imports", [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1]],
    ["a module with a shared memory", [...withSharedMemory(BUILDS[0]!)]],
  ])("refuses %s", (_, bytes) => {
    expect(() => withSharedMemory(Uint8Array.from(bytes))).toThrow(/does not import a memory alone/);
  });
});

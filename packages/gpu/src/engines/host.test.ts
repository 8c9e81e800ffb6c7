import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { nodeProgramOf } from "@convene/node-program";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openHost } from "./host.js";

afterEach(() => void vi.unstubAllGlobals());

describe("mode webasm, where it cannot run", () => {
  it("is refused on Node before 20.16, and the error names this version", () => {
    // All but these is the process's own: the test runner sends its messages through it.
    const old = { versions: { node: "20.10.0" }, getBuiltinModule: undefined };
    vi.stubGlobal("process", Object.create(process, Object.getOwnPropertyDescriptors(old)));
    expect(() => openHost("webasm")).toThrow(
      expect.objectContaining({
        code: "ERR_BACKEND_UNAVAILABLE",
        reason: expect.stringMatching(/getBuiltinModule.*from 20\.16 on; this is Node 20\.10\.0/),
      }),
    );
  });

  it("under node --jitless, which has no WebAssembly, is refused with a code", async () => {
    const program = `
      import { gpu } from "../index.js";
      const { code, message } = await gpu({ mode: "webasm" }).then(() => ({}), (error) => error);
      console.log(JSON.stringify({ code, message }));`;
    const path = await nodeProgramOf("jitless", program, fileURLToPath(new URL(".", import.meta.url)));
    const { stdout } = await promisify(execFile)(process.execPath, ["--jitless", path]);
    expect(JSON.parse(stdout)).toEqual({
      code: "ERR_BACKEND_UNAVAILABLE",
      message: expect.stringMatching(/^gpu is unavailable: .*--jitless/),
    });
  });
});

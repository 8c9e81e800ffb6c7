/** What `wide` says of an engine; that its kernels are right on one that has 256 bits, tooling/checks/packed-suite.ts runs. */

import { afterEach, describe, expect, it, vi } from "vitest";
import { cpu, type CpuOptions } from "./index.js";
import { firstWrong } from "./self-check.js";
import { loadWasmKernels } from "./wasm.js";
import { setWide, startedWide } from "./wide.js";

const ASKER = { backend: "cpu", factory: "cpu", remedy: "none" };

interface Engine {
  readonly node?: string;
  readonly arch?: string;
  readonly execArgv?: readonly string[];
  readonly options?: string;
}

/**
 * Stands for a process, and gives the flags that are set on its V8. All else is the process's own: the test runner sends its messages
 * through it, and what it cannot send is lost, for which it would wait for ever.
 */
function engine({ node, arch = "x64", execArgv = [], options }: Engine): readonly string[] {
  const flags: string[] = [];
  const own = {
    arch,
    versions: { node },
    execArgv,
    env: { NODE_OPTIONS: options },
    getBuiltinModule: () => ({ setFlagsFromString: (flag: string) => void flags.push(flag) }),
  };
  vi.stubGlobal("process", Object.create(process, Object.getOwnPropertyDescriptors(own)));
  return flags;
}

afterEach(() => vi.unstubAllGlobals());

const FLAG = "--experimental-wasm-revectorize";

describe("setWide", () => {
  it("sets V8's flag for the process", () => {
    const flags = engine({ node: "24.1.0" });
    setWide(ASKER);
    expect(flags).toEqual([FLAG]);
  });

  it("sets no flag if Node was started with the flag", () => {
    const flags = engine({ node: "26.0.0", execArgv: [FLAG] });
    setWide(ASKER);
    expect(flags).toEqual([]);
  });

  it.each<[string, Engine, RegExp]>([
    ["Node 20", { node: "20.20.2" }, /works from Node 24 on; this is Node 20\.20\.2/],
    ["Node 22", { node: "22.1.0", execArgv: [FLAG] }, /this is Node 22\.1\.0/],
    ["a process object that is not Node's", {}, /this is not Node/],
    ["another processor", { node: "24.1.0", arch: "arm64" }, /x64 processors only; this is arm64/],
  ])("refuses %s, with the reason", (_, what, reason) => {
    const flags = engine(what);
    expect(() => setWide(ASKER)).toThrow(
      expect.objectContaining({ code: "ERR_BACKEND_UNAVAILABLE", reason: expect.stringMatching(reason) }),
    );
    expect(flags).toEqual([]);
  });

  it("refuses if there is no process", () => {
    vi.stubGlobal("process", undefined);
    let thrown: unknown;
    try {
      setWide(ASKER);
    } catch (error) {
      thrown = error;
    }
    // Before the runner needs it.
    vi.unstubAllGlobals();
    expect(String(thrown)).toMatch(/only Node lets a program set/);
  });
});

describe("startedWide", () => {
  it.each<[boolean, Engine]>([
    [true, { node: "24.1.0", execArgv: [FLAG] }],
    [true, { node: "24.1.0", execArgv: ["--experimental_wasm_revectorize"] }],
    [true, { node: "24.1.0", options: `--no-warnings ${FLAG}` }],
    [false, { node: "24.1.0", options: FLAG, execArgv: ["--no-experimental-wasm-revectorize"] }],
    [false, { node: "24.1.0" }],
    [false, { node: "22.1.0", execArgv: [FLAG] }],
    [false, { node: "24.1.0", arch: "arm64", execArgv: [FLAG] }],
    [false, { execArgv: [FLAG] }],
  ])("%s for %j", (expected, what) => {
    engine(what);
    expect(startedWide()).toBe(expected);
  });
});

describe("cpu({ wide })", () => {
  it.each<[CpuOptions, RegExp]>([
    // As JavaScript may call it.
    [{ wide: 1 } as unknown as CpuOptions, /wide \(1\) must be /],
    [{ wide: true, simd: "simd128" }, /wide \(true\) needs relaxed SIMD/],
    [{ wide: true, kernels: "js" }, /wide \(true\) is for kernels "wasm" only/],
  ])("%j is refused", async (options, message) => {
    await expect(cpu(options)).rejects.toThrow(
      expect.objectContaining({ code: "ERR_INVALID_OPTION", message: expect.stringMatching(message) }),
    );
  });
});

describe("the check of the kernels that V8 compiled under the experimental flag", () => {
  it("finds nothing in kernels that are right", async () => {
    expect(firstWrong(await loadWasmKernels({ simd: "simd128" }, 2 ** 24))).toBeUndefined();
  });

  it.each([
    "igemm4x8",
    "igemm1x32",
    "depthwise3x3s1_4x4",
    "grouped3_4x4",
    "winogradBlocks4x8",
    "elementwise",
    "pool",
    "copyRuns",
    "transposes",
    "bilinear",
    "softmax",
  ] as const)("finds a wrong %s", async (name) => {
    const kernels = await loadWasmKernels({ simd: "simd128" }, 2 ** 24);
    const right = kernels.run[name]!;
    const wrong: typeof right = (params, input, output, ...rest) => {
      right(params, input, output, ...rest);
      new Float32Array(kernels.memory.buffer)[output / 4 + 1]! += 1;
    };
    expect(firstWrong({ ...kernels, run: { ...kernels.run, [name]: wrong } })).toMatch(/_/);
  });
});

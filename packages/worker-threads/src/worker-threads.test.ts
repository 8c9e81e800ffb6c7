import { availableParallelism } from "node:os";
import {
  type Backend,
  Conv2d,
  parseProblem,
  prepare,
  randomUniform,
  type Shape4,
  type Tensor,
  tensor,
} from "@convene/core";
import { afterEach, describe, expect, it, vi, onTestFinished } from "vitest";
import workerThreadsDefault, { workerThreads, type WorkerThreadsOptions } from "./index.js";
import { findPlatform, type Platform } from "./thread.js";
import { openWorkerThreads } from "./worker-threads.js";

const open: Backend[] = [];
const make = async (options?: WorkerThreadsOptions): Promise<Backend> => {
  const backend = await workerThreads(options);
  open.push(backend);
  return backend;
};
/**
 * The process, with other answers. All else stays: while a test waits, Node's own code takes messages of the test runner
 * with this very global, and without its `nextTick` would throw for each, for ever.
 */
const stubProcess = (answers: object): void =>
  void vi.stubGlobal("process", Object.create(process, Object.getOwnPropertyDescriptors(answers)));

afterEach(async () => {
  vi.unstubAllGlobals();
  for (const backend of open.splice(0)) await backend.dispose();
});

describe("workerThreads options", () => {
  it.each([
    [{ threads: 0 }, /threads \(0\)/],
    [{ threads: 1.5 }, /threads \(1.5\)/],
    [{ threads: NaN }, /threads \(NaN\)/],
    [{ threads: 257 }, /threads \(257\)/],
    [{ threads: "2" }, /threads \("2"\)/],
    [{ thread: 2 }, /no key "thread"/],
    [{ simd: "avx" }, /simd \("avx"\) must be one of/],
    [{ maxMemory: 1 }, /maxMemory \(1\)/],
    [null, /workerThreads options \(null\) must be an object/],
  ])("%j is refused", async (options, message) => {
    await expect(workerThreads(options as WorkerThreadsOptions)).rejects.toThrow(
      expect.objectContaining({ code: "ERR_INVALID_OPTION", message: expect.stringMatching(message) }),
    );
  });

  it("is also the default export", () => expect(workerThreadsDefault).toBe(workerThreads));

  it("takes as many threads as this process may run at once", async () => {
    const { parallelism } = (await findPlatform())!;
    expect(parallelism).toBeLessThanOrEqual(availableParallelism());
    expect((await make()).device).toMatch(new RegExp(`^wasm .*, ${parallelism} threads?$`));
  });

  it("names the number of threads in device", async () => {
    expect((await make({ threads: 1 })).device).toMatch(/, 1 thread$/);
    expect((await make({ threads: 3, simd: "simd128" })).device).toBe("wasm simd128, 3 threads");
  });
});

describe("if the backend cannot run, workerThreads() says so, and does not fall back", () => {
  const unavailable = (reason: RegExp, remedy: RegExp) =>
    expect.objectContaining({
      code: "ERR_BACKEND_UNAVAILABLE",
      backend: "worker-threads",
      reason: expect.stringMatching(reason),
      remedy: expect.stringMatching(remedy),
    });
  const headers = /Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp/;

  it("without SharedArrayBuffer: names both headers", async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    await expect(workerThreads()).rejects.toThrow(unavailable(/SharedArrayBuffer is not available/, headers));
  });

  it("where shared memory may not be sent to a worker: names both headers", async () => {
    const postMessage = (): never => {
      throw new DOMException("SharedArrayBuffer transfer requires self.crossOriginIsolated.", "DataCloneError");
    };
    const close = (): void => undefined;
    const refusing = { postMessage, close };
    vi.stubGlobal(
      "MessageChannel",
      class {
        port1 = refusing;
        port2 = refusing;
      },
    );
    await expect(workerThreads()).rejects.toThrow(unavailable(/may not be sent to a worker/, headers));
  });

  it("without WebAssembly", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    await expect(workerThreads()).rejects.toThrow(unavailable(/no WebAssembly/, /kernels: "js"/));
  });

  it("without SIMD", async () => {
    vi.stubGlobal("WebAssembly", { ...WebAssembly, validate: () => false });
    await expect(workerThreads()).rejects.toThrow(unavailable(/no SIMD/, /kernels: "js"/));
  });

  it("where a policy forbids compilation", async () => {
    const compile = () => Promise.reject(new EvalError("blocked by Content Security Policy"));
    vi.stubGlobal("WebAssembly", { validate: () => true, compile });
    await expect(workerThreads()).rejects.toThrow(unavailable(/blocked by Content Security Policy/, /cpu/));
  });

  it("where there are no workers", async () => {
    stubProcess({ versions: {} });
    vi.stubGlobal("Worker", undefined);
    await expect(workerThreads()).rejects.toThrow(unavailable(/no workers/, /@convene\/cpu/));
  });

  it("uses a browser's workers in a window of Electron", async () => {
    stubProcess({ type: "renderer", versions: { node: "22.0.0" } });
    vi.stubGlobal("Worker", undefined);
    await expect(workerThreads()).rejects.toThrow(unavailable(/no workers/, /@convene\/cpu/));
  });

  it("where Node's module cannot be imported, as inside Jest on an old Node: says what to run", async () => {
    const thrown = new TypeError("A dynamic import callback was not specified.");
    const getBuiltinModule = (): never => {
      throw thrown;
    };
    stubProcess({ getBuiltinModule });
    await expect(workerThreads()).rejects.toThrow(unavailable(/cannot be imported.*import callback/, /20\.16/));
  });

  it("without process.getBuiltinModule, before Node 20.16, imports Node's module", async () => {
    stubProcess({ getBuiltinModule: undefined });
    expect((await make({ threads: 1 })).device).toMatch(/, 1 thread$/);
  });

  it("with process.getBuiltinModule imports nothing, as a bundle cannot", async () => {
    const asked: string[] = [];
    const own = process;
    const getBuiltinModule = (name: string): unknown => {
      asked.push(name);
      return own.getBuiltinModule(name);
    };
    stubProcess({ getBuiltinModule });
    await make({ threads: 1 });
    expect(asked).toEqual(["node:worker_threads", "node:os", "node:fs"]);
  });

  it("if a worker never answers: rejects, and ends all workers", async () => {
    const { startThread } = (await findPlatform())!;
    const ended: Promise<void>[] = [];
    const platform: Platform = {
      parallelism: 2,
      startThread: (_source, name, events) => {
        // It lives, and says nothing.
        const thread = startThread("setInterval(() => undefined, 1000)", name, events);
        return {
          ...thread,
          terminate: () => {
            ended.push(thread.terminate());
            return ended.at(-1)!;
          },
        };
      },
    };
    await expect(openWorkerThreads({}, { platform, silence: 1 })).rejects.toThrow(
      unavailable(/worker 1 of 2 was lost: it was started, and has not answered within 1 s/, /cpu/),
    );
    expect(ended).toHaveLength(2);
    await Promise.all(ended);
  });

  it("if starting a worker is forbidden: names the flag", async () => {
    const startThread = (): never => {
      throw Object.assign(new Error("Access to this API has been restricted"), { code: "ERR_ACCESS_DENIED" });
    };
    await expect(openWorkerThreads({}, { platform: { parallelism: 2, startThread } })).rejects.toThrow(
      unavailable(/Access to this API/, /--allow-worker/),
    );
  });

  it("if the second worker does not start: ends the first", async () => {
    const { startThread } = (await findPlatform())!;
    const ended: Promise<void>[] = [];
    const platform: Platform = {
      parallelism: 2,
      startThread: (source, name, events) => {
        const thread = startThread(name.startsWith("convene 2") ? "process.exit(3)" : source, name, events);
        return {
          ...thread,
          terminate: () => {
            ended.push(thread.terminate());
            return ended.at(-1)!;
          },
        };
      },
    };
    await expect(openWorkerThreads({}, { platform })).rejects.toThrow(
      unavailable(/worker 2 of 2 was lost: it exited with code 3/, /cpu/),
    );
    expect(ended).toHaveLength(2);
    await Promise.all(ended);
  });
});

describe("while runs are in flight", () => {
  const busy = async (backend: Backend): Promise<void> => {
    const conv = new Conv2d({ inChannels: 32, outChannels: 32, kernelSize: 3, padding: 1 });
    const x = randomUniform([1, 32, 64, 64], { seed: 2 });
    void (await prepare(backend, conv, x.shape, { accuracy: "strict" })).run(x);
  };

  it("an upload takes any object with the fields of a tensor, also with getters", async () => {
    const backend = await make({ threads: 2 });
    await busy(backend);
    const given = new (class {
      get shape(): Shape4 {
        return [1, 1, 2, 2];
      }
      get layout(): "nchw" {
        return "nchw";
      }
      get data(): Float32Array {
        return Float32Array.of(1, 2, 3, 4);
      }
    })();
    expect([...(await backend.read(backend.upload(given))).data]).toEqual([1, 2, 3, 4]);
  });

  it("an upload takes the shape and the data at the time of the call", async () => {
    const backend = await make({ threads: 2 });
    await busy(backend);
    const given = {
      shape: [1, 1, 2, 2] as [number, number, number, number],
      layout: "nchw",
      data: new Float32Array(4).fill(7),
    } as const;
    const uploaded = backend.upload(given);
    given.shape[2] = 1;
    given.data.fill(0);
    expect([...(await backend.read(uploaded)).data]).toEqual([7, 7, 7, 7]);
  });

  it("a plan has the weights at the time of the call, also if it waits for memory", async () => {
    const backend = await make({ threads: 2, maxMemory: 4 << 20 });
    const filler = backend.allocate([1, 1, 512, 1200]);
    await busy(backend);
    filler.dispose();
    const problem = parseProblem("ic1_ih400_oc1_kh1_nobias");
    const weight = Float32Array.of(3);
    const preparing = backend.prepareConv2d(problem, { weight });
    weight[0] = 0;
    const plan = await preparing;
    const [x, y] = [1, 2].map(() => backend.upload(tensor(new Float32Array(160_000).fill(2), [1, 1, 400, 400])));
    plan.run(x!, y!);
    expect((await backend.read(y!)).data[0]).toBe(6);
  });
});

describe("memory", () => {
  it("of a disposed backend is used again by the next backend", async () => {
    // A disposed memory is held weakly, and the engine may collect it at any time. Here the test holds all memories.
    const { Memory } = WebAssembly;
    const memories: WebAssembly.Memory[] = [];
    onTestFinished(() => void (WebAssembly.Memory = Memory));
    WebAssembly.Memory = class extends Memory {
      constructor(descriptor: WebAssembly.MemoryDescriptor) {
        super(descriptor);
        memories.push(this);
      }
    };
    const reserved = async (): Promise<number> => {
      await using backend = await workerThreads({ threads: 1, maxMemory: 5 << 20 });
      return backend.memory()!.reserved;
    };
    const first = await workerThreads({ threads: 1, maxMemory: 5 << 20 });
    first.allocate([1, 1, 1024, 1024]);
    const { reserved: grown } = first.memory()!;
    expect(await reserved()).toBeLessThan(grown);
    await first.dispose();
    expect(await reserved()).toBe(grown);
    expect(memories).toHaveLength(2);
  });

  it("grows during runs, and the results stay right", async () => {
    const backend = await make({ threads: 2 });
    const conv = new Conv2d({ inChannels: 64, outChannels: 64, kernelSize: 3, padding: 1 }, { seed: 1 });
    const x = randomUniform([1, 64, 32, 32], { seed: 2 });
    const model = await prepare(backend, conv, x.shape);
    const bits = ({ data }: Tensor): Buffer => Buffer.from(data.buffer);
    const expected = bits(await model.run(x));
    let before = backend.memory()!.reserved;
    for (let round = 0; round < 20; round++) {
      const running = [model.run(x), model.run(x)];
      backend.allocate([1, 1, 1024, 1024]);
      expect(backend.memory()!.reserved).toBeGreaterThan(before);
      before = backend.memory()!.reserved;
      for (const y of await Promise.all(running)) expect(bits(y).equals(expected)).toBe(true);
      // What lies past the old end works as well.
      const late = await prepare(backend, conv, x.shape);
      expect(bits(await late.run(x)).equals(expected)).toBe(true);
      late.dispose();
    }
  });

  it("that is used up gives an error, and the backend keeps working", async () => {
    const backend = await make({ threads: 2, maxMemory: 1 << 20 });
    expect(() => backend.allocate([1, 1, 2048, 2048])).toThrow(expect.objectContaining({ code: "ERR_OUT_OF_MEMORY" }));
    const conv = new Conv2d(
      { inChannels: 1, outChannels: 1, kernelSize: 1, bias: false },
      { weight: Float32Array.of(3) },
    );
    const model = await prepare(backend, conv, [1, 1, 1, 2]);
    const y = await model.run({ shape: [1, 1, 1, 2], layout: "nchw", data: Float32Array.of(1, 2) });
    expect([...y.data]).toEqual([3, 6]);
  });

  it("that runs in flight still use is not used for another tensor; the error names the remedy sync()", async () => {
    const backend = await make({ threads: 2, maxMemory: 3 << 20 });
    const conv = new Conv2d({ inChannels: 32, outChannels: 32, kernelSize: 3, padding: 1 });
    const x = randomUniform([1, 32, 64, 64], { seed: 2 });
    const model = await prepare(backend, conv, x.shape);
    const running = model.run(x);
    model.dispose();
    expect(() => backend.allocate([1, 1, 512, 1024])).toThrow(/or await sync\(\) first/);
    // Preparing can wait, and does.
    const next = await prepare(backend, conv, x.shape);
    await running;
    await next.run(x);
  });

  describe("of the usual size, if an engine refuses to reserve it,", () => {
    /** @returns how many bytes it was asked for, one after another */
    const refuseAbove = (most: number): readonly number[] => {
      const asked: number[] = [];
      const { Memory, validate, compile, instantiate } = WebAssembly;
      vi.stubGlobal("WebAssembly", {
        validate,
        compile,
        instantiate,
        Memory: function (descriptor: WebAssembly.MemoryDescriptor) {
          const bytes = descriptor.maximum! * 65536;
          // A page is asked for where all else is refused.
          if (bytes > 65536) asked.push(bytes);
          if (bytes > most) throw new RangeError("WebAssembly.Memory(): could not allocate memory");
          return new Memory(descriptor);
        },
      });
      return asked;
    };

    it("is halved until the engine reserves it, and errors name this size", async () => {
      // Modules that have no disposed memory to take instead.
      vi.resetModules();
      const fresh = await import("./index.js");
      const asked = refuseAbove(2 ** 29);
      const backend = await fresh.workerThreads({ threads: 2 });
      open.push(backend);
      expect(asked).toEqual([2 ** 32 - 65536, 2 ** 31, 2 ** 30, 2 ** 29]);
      expect(() => backend.allocate([1, 1, 16384, 16384])).toThrow(/the limit is 536805376\./);
      const x = randomUniform([1, 4, 8, 8]);
      const y = await (
        await prepare(backend, new Conv2d({ inChannels: 4, outChannels: 4, kernelSize: 1 }), x.shape)
      ).run(x);
      expect(y.data).toHaveLength(256);
    });

    it("gives an error below 256 MiB, and gives an error at once if the caller gave the size", async () => {
      // Modules that have no disposed memory to take instead.
      vi.resetModules();
      const fresh = await import("./index.js");
      const asked = refuseAbove(2 ** 28 - 1);
      const refused = (bytes: number) => ({
        code: "ERR_OUT_OF_MEMORY",
        message: `worker-threads could not reserve ${bytes} bytes of addresses. Lower maxMemory`,
      });
      await expect(fresh.workerThreads({ threads: 1 })).rejects.toMatchObject(refused(2 ** 28));
      expect(asked).toHaveLength(5);
      await expect(fresh.workerThreads({ threads: 1, maxMemory: 2 ** 30 })).rejects.toMatchObject(
        refused(2 ** 30 + 65536),
      );
      expect(asked).toHaveLength(6);
    });
  });
});

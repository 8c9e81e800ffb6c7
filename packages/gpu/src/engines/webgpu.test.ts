/** The engine over a device that is made up, whose error scopes do what those of a lost device do in some engines: reject. */

import process from "node:process";
import { afterEach, beforeEach, expect, it } from "vitest";
import { webGpuEngine } from "./webgpu.js";

const TEXEL = { planes: 1, height: 1, width: 1 };
const LOST = { code: "ERR_EXECUTION", message: expect.stringMatching(/the device was lost.*open another/) };

let unheard: unknown[];
const hear = (reason: unknown): void => void unheard.push(reason);
beforeEach(() => {
  unheard = [];
  process.on("unhandledRejection", hear);
});
afterEach(() => void process.off("unhandledRejection", hear));

/** Until every scope of the device has settled, and what nobody listened to has been told of. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

class Handle {
  readonly buffer: { destroy(): void };
  constructor(settings: { readonly buffer: { destroy(): void } }) {
    this.buffer = settings.buffer;
  }
  delete(): void {
    this.buffer.destroy();
  }
}

/** @param late milliseconds after a scope's rejection in which word of the loss comes; left out, it is there before */
function open({ late }: { late?: number } = {}) {
  let lose = (): void => undefined;
  let lost = false;
  const buffer = () => ({
    size: 16,
    destroy: () => undefined,
    mapAsync: gone,
    getMappedRange: () => new ArrayBuffer(16),
  });
  const gone = async (): Promise<void> => {
    if (lost) throw new Error("Instance dropped");
  };
  const device = {
    lost: new Promise<void>((resolve) => {
      lose = () => {
        lost = true;
        const tell = (): void => {
          context.isLost = true;
          resolve();
        };
        if (late === undefined) tell();
        else setTimeout(tell, late);
      };
    }),
    limits: { maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 28, maxComputeWorkgroupsPerDimension: 65535 },
    queue: { onSubmittedWorkDone: gone, submit: () => undefined, writeBuffer: () => undefined },
    createBuffer: buffer,
    createCommandEncoder: () => ({ copyBufferToBuffer: () => undefined, finish: () => ({}) }),
    pushErrorScope: () => undefined,
    // In a later turn of the event loop, so that a test can lose the device before.
    popErrorScope: async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await gone();
      return null;
    },
  };
  const context = { adapter: { limits: device.limits }, device, isLost: false };
  const kernel = Object.assign(async () => new Handle({ buffer: buffer() }), {
    destroy: () => undefined,
    kernel: { constructor: { mode: "webgpu" }, fallbackReason: null, context },
  });
  const engine = webGpuEngine(
    { createKernel: () => kernel, destroy: async () => undefined },
    kernel.kernel,
    new Handle({ buffer: buffer() }) as never,
    context as never,
    "made up",
    (work) => work,
  );
  return { engine, kernel, lose: () => lose() };
}

it("works if no device is lost", async () => {
  const { engine, kernel } = open();
  const handle = engine.allocate(TEXEL);
  await engine.ready(handle);
  await engine.run(kernel, [], handle);
  await engine.finished();
  expect(await engine.read(handle, TEXEL)).toHaveLength(4);
});

it.each([
  ["known at once", {}],
  ["reported a moment later", { late: 20 }],
])("leaves no unhandled rejection if the device is lost, and the loss is %s", async (_, options) => {
  const { engine, kernel, lose } = open(options);
  const [handle, second] = [engine.allocate(TEXEL), engine.allocate(TEXEL)];
  await engine.run(kernel, [], handle);
  // Two runs and one tensor nobody has asked about yet; one is never asked about.
  await engine.run(kernel, [], handle);
  lose();
  await settled();
  expect(unheard).toEqual([]);
  await expect(engine.ready(second)).rejects.toMatchObject(LOST);
  await expect(engine.finished()).rejects.toMatchObject(LOST);
  await expect(engine.read(handle, TEXEL)).rejects.toMatchObject(LOST);
  await settled();
  expect(unheard).toEqual([]);
});

it.each(["ready", "finished", "read", "compile"] as const)(
  "reports the loss of the device, if %s learns of the loss only from an error scope",
  async (asked) => {
    const { engine, kernel, lose } = open({ late: 20 });
    const handle = engine.allocate(TEXEL);
    await engine.run(kernel, [], handle);
    const asking = {
      ready: () => engine.ready(handle),
      finished: () => engine.finished(),
      read: () => engine.read(handle, TEXEL),
      compile: () => engine.compile("", {}, TEXEL),
    }[asked]();
    lose();
    await expect(asking).rejects.toMatchObject(LOST);
    await settled();
    expect(unheard).toEqual([]);
  },
);

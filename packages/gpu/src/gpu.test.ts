/**
 * On whatever WebGPU adapter there is; `vitest.config.ts` takes the one in software that Chromium brings. Where there is
 * none, one line says that nothing ran; where CI is set that is a failure.
 */

import { runConformance } from "@convene/conformance";
import { type Backend, Conv2d, network, parseProblem, prepare, randomUniform, weightShape } from "@convene/core";
import { afterEach, describe, expect, it } from "vitest";
import { checkMode } from "./backend.js";
import gpuDefault, { gpu, type GpuOptions } from "./index.js";

const missing = await gpu().then(
  async (backend) => void (await backend.dispose()),
  (error: Error) => error.message,
);
if (missing !== undefined && !process.env["CI"]) console.warn(`the tests of gpu did not run: ${missing}`);

const open: Backend[] = [];
const make = async (): Promise<Backend> => {
  const backend = await gpu();
  open.push(backend);
  return backend;
};
afterEach(async () => {
  for (const backend of open.splice(0)) await backend.dispose();
});

it("refuses options that it does not have", async () => {
  // Casts: what no type allows.
  await expect(gpu({ mode: "webgl2" } as unknown as GpuOptions)).rejects.toThrow(/mode \("webgl2"\) must be/);
  await expect(gpu({ device: 1 } as GpuOptions)).rejects.toThrow(/no key "device"/);
  expect(gpuDefault).toBe(gpu);
});

describe("what gpu.js ran", () => {
  it.each([
    ["cpu", null, /ran a kernel in mode "cpu", not "webgpu"/],
    ["webgpu", "no adapter", /\(no adapter\)/],
  ])("is held to what was asked: %s, %s", (mode, fallbackReason, message) => {
    expect(() => checkMode({ kernel: { constructor: { mode }, fallbackReason } }, "webgpu")).toThrow(
      expect.objectContaining({ code: "ERR_EXECUTION", message: expect.stringMatching(message) }),
    );
  });
  it("passes where it is what was asked", () => {
    checkMode({ kernel: { constructor: { mode: "webgpu" }, fallbackReason: null } }, "webgpu");
  });
});

// With CI set they run, and fail where there is no adapter.
describe.skipIf(missing !== undefined && !process.env["CI"])("on WebGPU", () => {
  it("passes the whole suite; what is skipped is what this device does not keep", { timeout: 900_000 }, async () => {
    const { counts, results, device } = await runConformance(gpu);
    expect(device).toMatch(/^WebGPU: \w/);
    const failures = results.filter(({ status }) => status === "failed");
    expect(failures.map(({ name, message }) => `${name}: ${message}`)).toEqual([]);
    expect(counts.untrusted).toBe(0);
    expect(counts.passed).toBeGreaterThan(1200);
    const reasons = results.flatMap(({ status, message }) => (status === "skipped" ? [message] : []));
    for (const reason of reasons) {
      expect(reason).toMatch(/^(subnormals|nonFinite): this device .*; WGSL does not promise/);
    }
  });

  it("leaves no trace in the globals", async () => {
    const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
    const lookedAt = (globalThis as { navigator?: { gpu?: unknown } }).navigator?.gpu;
    const opening = [gpu(), gpu().then(async (backend) => (await backend.dispose(), gpu())), gpu()];
    for (const backend of await Promise.all(opening)) await backend.dispose();
    expect(Object.getOwnPropertyDescriptor(globalThis, "navigator")).toEqual(before);
    expect((globalThis as { navigator?: { gpu?: unknown } }).navigator?.gpu).toBe(lookedAt);
  });

  it("takes weights that are larger than a dispatch", async () => {
    const backend = await make();
    const conv = new Conv2d({ inChannels: 600, outChannels: 300, kernelSize: 1 }, { seed: 1 });
    const x = randomUniform([1, 600, 3, 3], { seed: 2 });
    const y = await (await prepare(backend, conv, x.shape)).run(x);
    const { weight, bias } = conv.weights;
    let sum = bias![299]!;
    for (let i = 0; i < 600; i++) sum += weight[299 * 600 + i]! * x.data[i * 9 + 8]!;
    expect(y.data[299 * 9 + 8]).toBeCloseTo(sum, 4);
  });

  it("refuses what the device cannot bind or dispatch, and works on", async () => {
    const backend = await make();
    const unsupported = (message: RegExp) =>
      expect.objectContaining({ code: "ERR_UNSUPPORTED", message: expect.stringMatching(message) });
    expect(() => backend.allocate([1, 1, 2 ** 16, 2 ** 15 - 1])).toThrow(unsupported(/this device binds \d+ at most/));
    expect(() => backend.allocate([70_000, 1, 1, 1])).toThrow(unsupported(/70000 images by channels/));
    await backend.sync();
  });

  it("fifty backends come and go", async () => {
    const net = network(new Conv2d({ inChannels: 3, outChannels: 4, kernelSize: 3, padding: 1 }, { seed: 1 }));
    const x = randomUniform([1, 3, 8, 8], { seed: 2 });
    let first: Float32Array | undefined;
    for (let i = 0; i < 50; i++) {
      const backend = await gpu();
      const { data } = await (await prepare(backend, net, x.shape)).run(x);
      first ??= data;
      expect(Buffer.from(data.buffer).equals(Buffer.from(first.buffer))).toBe(true);
      await backend.dispose();
    }
  });

  it("a plan that cannot be prepared leaves the backend usable", async () => {
    const backend = await make();
    const problem = parseProblem("ic1_ih1_oc66000_kh1_nobias");
    await expect(backend.prepareConv2d(problem, { weight: randomUniform(weightShape(problem)).data })).rejects.toThrow(
      /66000 images by channels/,
    );
    await backend.sync();
  });
});

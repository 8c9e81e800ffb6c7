/**
 * On whatever WebGPU adapter there is; `vitest.config.ts` takes the one in software that Chromium brings. Where there is
 * none, one line says that nothing ran; where CI is set that is a failure. WebGL2 is tested in Chromium, by `pnpm browser`.
 */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { conformanceCases, type ConformanceOptions, runConformance, SUITE_NAMES } from "@convene/conformance";
import {
  type Backend,
  Conv2d,
  inputShape,
  network,
  outputShape,
  parseProblem,
  prepare,
  randomUniform,
  weightShape,
} from "@convene/core";
import { nodeProgram } from "@convene/node-program";
import { afterEach, describe, expect, it } from "vitest";
import { openWebGpu } from "./engines/webgpu.js";
import gpuDefault, { gpu, type GpuOptions } from "./index.js";

const missing = await gpu().then(
  async (backend) => void (await backend.dispose()),
  (error: Error) => error.message,
);
if (missing !== undefined && !process.env["CI"]) console.warn(`the tests of gpu did not run: ${missing}`);

/** Milliseconds for a case, on cores that other tests keep busy. */
const LIMIT = 120_000;

/** A problem for each way in which kernel-source.ts can write a kernel. */
const EACH_KIND = {
  suites: ["exact", "bounded"],
  only: [
    // One number of each; images; long sums; sums that end within a texel; more numbers than 16 bits count.
    "ic1_ih1_oc1_kh1",
    "n3_ic3_ih5_oc7_kh3_ph1_clamp2:30",
    "ic96_ih4_oc5_kh3_ph1",
    "ic512_ih2_oc9_kh1",
    "ic1_ih257_oc1_kh1",
    // Groups of whole texels, of one channel, and lane by lane.
    "g8_ic32_ih6_oc32_kh3_ph1_residual",
    "g18_ic18_ih6_iw9_oc18_kh3_ph1_relu6",
    "n2_g4_ic4_ih6_oc4_kh3_ph1_residual_relu6",
    "g3_ic3_ih6_oc9_kh3_ph1",
    "g2_ic6_ih5_oc22_kh3_sh2_ph1_relu",
    "n2_g2_ic10_ih1_iw8_oc34_kh1_kw2_sh3_sw2_pw1_dh3_reflect_residual",
    // Padding, by mode, and on one side; strides and dilations, equal and not.
    "ic3_ih5_oc4_kh3_ph2",
    "ic3_ih5_oc4_kh3_ph2_reflect",
    "ic3_ih5_oc4_kh3_ph2_replicate",
    "ic3_ih5_oc4_kh3_ph2_circular",
    "g4_ic4_ih5_oc4_kh3_pr4",
    "ic3_ih11_oc4_kh2_sh3_sw5",
    "ic3_ih7_oc4_kh3_ph6_dh6_dw3",
    "n5_ic8_ih1_oc8_kh1_nobias_residual",
  ],
} as const satisfies ConformanceOptions;

/**
 * What is run over a driver in software. `pnpm browser` runs more over the very same driver, with the same kernels through
 * the same engine; what Node has of its own is how memory, queues and devices come to it. So here are the suites about
 * these, and a problem of each kind.
 */
const IN_SOFTWARE: readonly ConformanceOptions[] = [
  // Networks and operations run in Chromium, over the same driver, and all of them in gpu.js's WebAssembly, below. Backends in a row
  // are a process of their own, at the end of this file.
  { suites: ["lifecycle"], selection: "quick", randomProblems: 0 },
  EACH_KIND,
  // Some of what a device may not keep, and must say so.
  { suites: ["non-finite"] },
];

const open: Backend[] = [];
const make = async (options?: GpuOptions): Promise<Backend> => {
  const backend = await gpu(options);
  open.push(backend);
  return backend;
};
afterEach(async () => {
  for (const backend of open.splice(0)) await backend.dispose();
});

it("refuses unknown options and wrong values", async () => {
  // Casts: what no type allows.
  await expect(gpu({ mode: "webgl" } as unknown as GpuOptions)).rejects.toThrow(/mode \("webgl"\) must be/);
  await expect(gpu({ adapter: 1 } as unknown as GpuOptions)).rejects.toThrow(/no key "adapter"/);
  await expect(gpu({ device: 1 } as unknown as GpuOptions)).rejects.toThrow(/device \(1\) must be part of/);
  await expect(gpu({ mode: "cpu", device: "x" })).rejects.toThrow(/device \("x"\) means nothing in mode "cpu"/);
  expect(gpuDefault).toBe(gpu);
});

it("mode webgl2 is unavailable in Node, and no other mode takes its place", async () => {
  await expect(gpu({ mode: "webgl2" })).rejects.toMatchObject({
    code: "ERR_BACKEND_UNAVAILABLE",
    reason: "there is no WebGL2 here",
  });
});

/** One of three results of PyTorch. Each is a kernel to compile, which takes longer than all else. */
const GOLDENS = (await conformanceCases(["goldens"])).filter((_, at) => at % 3 === 0).map(({ name }) => name);
/** `bounded` has the problems of `exact`, whose integers show more. Of it run those with a name of their own, which have other numbers. */
const ONCE = SUITE_NAMES.filter((name) => name !== "bounded" && name !== "goldens");

describe.each<readonly [mode: "webasm" | "cpu", parts: readonly ConformanceOptions[], least: number]>([
  // Kernels' text as WebGPU has it: every kernel of the quick selection is held here, where one compiles in a tenth of the time.
  [
    "webasm",
    [EACH_KIND, { selection: "quick", suites: ONCE, randomProblems: 0 }, { suites: ["goldens"], only: GOLDENS }],
    600,
  ],
  // The same text again, of which every kind runs.
  ["cpu", [EACH_KIND], 2 * EACH_KIND.only.length - 1],
])("without a graphics processor, %s", (mode, parts, least) => {
  it(
    "passes the suite, and the device's name says that there is no graphics processor",
    { timeout: 300_000 },
    async () => {
      let passed = 0;
      for (const part of parts) {
        const { counts, device } = await runConformance(() => gpu({ mode }), { noSkips: true, limit: LIMIT, ...part });
        expect(device).toMatch(new RegExp(`^gpu.js ${mode}: .* no graphics processor$`));
        expect(counts).toMatchObject({ failed: 0, skipped: 0, untrusted: 0 });
        passed += counts.passed;
      }
      expect(passed).toBeGreaterThan(least);
    },
  );
});

// With CI set they run, and fail where there is no adapter.
describe.skipIf(missing !== undefined && !process.env["CI"])("on WebGPU", () => {
  it(
    "passes the suite, and skips only cases about subnormals, NaN and infinities that this device loses",
    { timeout: 900_000 },
    async () => {
      const { device } = await make();
      expect(device).toMatch(/^WebGPU: \w.*, (software|hardware)$/);
      const reports = [];
      for (const part of device.endsWith("software") ? IN_SOFTWARE : [{}]) {
        reports.push(await runConformance(gpu, { limit: LIMIT, ...part }));
      }
      const results = reports.flatMap((report) => report.results);
      const failures = results.filter(({ status }) => status === "failed" || status === "untrusted");
      expect(failures.map(({ name, message }) => `${name}: ${message}`)).toEqual([]);
      for (const { counts } of reports) expect(counts.passed).toBeGreaterThan(20);
      // Every kind of kernel, whatever the problems above have become.
      const algorithms = new Set(results.map(({ algorithm }) => algorithm));
      for (const each of ["dense", "depthwise", "ragged", "grouped"]) expect(algorithms).toContain(`${each} webgpu`);
      const reasons = results.flatMap(({ status, message }) => (status === "skipped" ? [message] : []));
      for (const reason of reasons) {
        expect(reason).toMatch(/^(subnormals|nonFinite): this device .*; shading languages do not promise/);
      }
    },
  );

  it("leaves no trace in the globals", async () => {
    const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
    const lookedAt = (globalThis as { navigator?: { gpu?: unknown } }).navigator?.gpu;
    const opening = [gpu(), gpu().then(async (backend) => (await backend.dispose(), gpu())), gpu()];
    for (const backend of await Promise.all(opening)) await backend.dispose();
    expect(Object.getOwnPropertyDescriptor(globalThis, "navigator")).toEqual(before);
    expect((globalThis as { navigator?: { gpu?: unknown } }).navigator?.gpu).toBe(lookedAt);
  });

  it("takes the adapter of the given name, and is unavailable if there is none of that name", async () => {
    const { device } = await make();
    const name = device.replace("WebGPU: ", "").split(/[ ,]/)[0]!;
    expect((await make({ device: name.toUpperCase() })).device).toBe(device);
    await expect(gpu({ mode: "webgpu", device: "no such" })).rejects.toMatchObject({
      code: "ERR_BACKEND_UNAVAILABLE",
      reason: expect.stringMatching(/the adapter is ".*", not "no such"/),
    });
  });

  it("takes inputs and weights that are larger than a dispatch", async () => {
    const problem = parseProblem("ic262148_ih1_oc1_kh1_nobias");
    const ones = { weight: new Float32Array(262_148).fill(1) };
    const plan = await (await make()).prepareConv2d(problem, ones);
    plan.dispose();
  });

  it("is unavailable if the engine's WebGPU does not start, and opens once WebGPU starts", async () => {
    const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
    const put = (value: object): unknown =>
      Object.defineProperty(globalThis, "navigator", { value, configurable: true, writable: true });
    try {
      put({ gpu: { requestAdapter: async () => await Promise.reject(new Error("no adapter for you")) } });
      await expect(gpu()).rejects.toMatchObject({
        code: "ERR_BACKEND_UNAVAILABLE",
        reason: expect.stringMatching(/does not start in mode "webgpu" \(no adapter for you\).*no WebGL2 here/),
      });
      put(Object.freeze({}));
      await expect(gpu()).rejects.toMatchObject({ code: "ERR_BACKEND_UNAVAILABLE" });
    } finally {
      if (before) Object.defineProperty(globalThis, "navigator", before);
      else delete (globalThis as { navigator?: unknown }).navigator;
    }
    await make();
  });

  it("takes weights that are larger than a workgroup", async () => {
    const backend = await make();
    const conv = new Conv2d({ inChannels: 600, outChannels: 300, kernelSize: 1 }, { seed: 1 });
    const x = randomUniform([1, 600, 3, 3], { seed: 2 });
    const y = await (await prepare(backend, conv, x.shape)).run(x);
    const { weight, bias } = conv.weights;
    let sum = bias![299]!;
    for (let i = 0; i < 600; i++) sum += weight[299 * 600 + i]! * x.data[i * 9 + 8]!;
    expect(y.data[299 * 9 + 8]).toBeCloseTo(sum, 4);
  });

  it("keeps an infinity in one channel from the channels that fill up its texel", async () => {
    const backend = await make();
    if (backend.features.nonFinite !== true) return;
    // Five channels take two texels, whose last three lanes have weights of zero: an infinity times that is NaN.
    const weight = new Float32Array(5).fill(1);
    const first = new Conv2d({ inChannels: 1, outChannels: 5, kernelSize: 1, bias: false }, { weight });
    const second = new Conv2d({ inChannels: 5, outChannels: 1, kernelSize: 1, bias: false }, { weight });
    const x = randomUniform([1, 1, 1, 1], { seed: 1 });
    x.data[0] = Infinity;
    const { data } = await (await prepare(backend, network(first, second), x.shape)).run(x);
    expect(data[0]).toBe(Infinity);
  });

  it("refuses tensors and dispatches above the device's limits, and keeps working", async () => {
    const backend = await make();
    const unsupported = (message: RegExp) =>
      expect.objectContaining({ code: "ERR_UNSUPPORTED", message: expect.stringMatching(message) });
    expect(() => backend.allocate([1, 1, 2 ** 16, 2 ** 15 - 1])).toThrow(unsupported(/this device binds \d+ at most/));
    const refused = parseProblem("n70000_ic1_ih1_oc1_kh1_nobias");
    expect(backend.features.supports!(refused)).toEqual({
      reason: expect.stringMatching(/the output \(70000 x 1 x 1 x 1\) takes 70000 workgroups in a direction/),
    });
    await expect(backend.prepareConv2d(refused, { weight: Float32Array.of(1) })).rejects.toThrow(
      unsupported(/this device dispatches \d+ at most/),
    );
    const infinite = {
      ...parseProblem("ic1_ih1_oc1_kh1_nobias"),
      activation: { clamp: [Infinity, Infinity] },
    } as const;
    await expect(backend.prepareConv2d(infinite, { weight: Float32Array.of(1) })).rejects.toThrow(
      unsupported(/a clamp to an infinity alone/),
    );
    await backend.sync();
  });

  it("a plan that cannot be prepared leaves the backend usable", async () => {
    const backend = await make();
    const problem = parseProblem("ic1_ih1_oc270000_kh1_nobias");
    await expect(backend.prepareConv2d(problem, { weight: randomUniform(weightShape(problem)).data })).rejects.toThrow(
      /takes 67500 workgroups/,
    );
    await backend.sync();
  });

  it("fails runs in flight if the device is lost, names the loss, and a new backend runs", async () => {
    const problem = parseProblem("ic16_ih64_oc16_kh3_ph1_nobias");
    const [weight, source] = [randomUniform(weightShape(problem), { seed: 1 }), randomUniform(inputShape(problem))];
    const run = async (backend: Backend): Promise<Float32Array> => {
      const plan = await backend.prepareConv2d(problem, { weight: weight.data });
      const output = backend.allocate(outputShape(problem));
      plan.run(backend.upload(source), output);
      return (await backend.read(output)).data;
    };
    const backend = await make();
    const before = await run(backend);
    const engine = await openWebGpu();
    const texel = { planes: 1, height: 1, width: 1 };
    const kernel = await engine.compile("function () { return [0.0, 0.0, 0.0, 0.0]; }", {}, texel);
    const inFlight = run(backend);
    await new Promise((resolve) => setTimeout(resolve, 2));
    (kernel.kernel.context as { device: { destroy(): void } }).device.destroy();
    const lost = { code: "ERR_EXECUTION", message: expect.stringMatching(/the device was lost.*open another/) };
    await expect(inFlight).rejects.toMatchObject(lost);
    await expect(backend.sync()).rejects.toMatchObject(lost);
    await engine.dispose();
    expect(await run(await make())).toEqual(before);
  });
});

describe.skipIf(missing !== undefined && !process.env["CI"])("a process on WebGPU", () => {
  const scenario = async (name: string, count: number): Promise<string> => {
    const path = await nodeProgram(fileURLToPath(new URL("testing/scenarios.ts", import.meta.url)));
    const args = ["--expose-gc", path, name, String(count)];
    // It has to end by itself, and with 0.
    return (await promisify(execFile)(process.execPath, args, { timeout: 240_000 })).stdout.trim();
  };

  // Ten times as many where CONVENE_LONG is set.
  it.each([
    ["cycles", 50],
    ["backends", 15],
  ])(
    "%s: memory does not grow over %i and more of them, and the process ends",
    { timeout: 300_000 },
    async (name, count) => {
      const times = process.env["CONVENE_LONG"] === undefined ? 1 : 10;
      const { grown, noise, buffers, left } = JSON.parse(await scenario(name, count * times)) as Record<string, number>;
      expect({ buffers, left }).toEqual({ buffers: 0, left: 0 });
      expect(grown).toBeLessThan(noise!);
    },
  );
});

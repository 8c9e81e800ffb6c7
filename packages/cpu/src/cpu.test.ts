import {
  type Backend,
  Conv2d,
  type Conv2dProblem,
  inputShape,
  network,
  outputShape,
  parseProblem,
  prepare,
  randomUniform,
  type ResolvedConv2d,
  tensor,
  weightShape,
} from "@convene/core";
import { referenceConv2d } from "@convene/conformance";
import { afterEach, describe, expect, it } from "vitest";
import cpuDefault, { cpu, type CpuOptions } from "./index.js";

const KERNEL_SETS = [["wasm"], ["js"]] as const;
const open: Backend[] = [];
const make = async (options?: CpuOptions): Promise<Backend> => {
  const backend = await cpu(options);
  open.push(backend);
  return backend;
};
afterEach(async () => {
  for (const backend of open.splice(0)) await backend.dispose();
});

describe("cpu options", () => {
  it.each([
    [{ kernels: "webgl" }, /kernels \("webgl"\) must be one of "wasm", "js"/],
    [{ simd: "avx" }, /simd \("avx"\) must be one of/],
    [{ kernels: "js", simd: "simd128" }, /simd \("simd128"\) is for kernels "wasm"/],
    [{ kernel: "js" }, /no key "kernel"/],
    [null, /cpu options \(null\) must be an object/],
    ["js", /cpu options \("js"\) must be an object/],
    [{ kernels: null }, /kernels \(null\)/],
    [{ maxMemory: 0 }, /maxMemory \(0\)/],
    [{ maxMemory: NaN }, /maxMemory \(NaN\)/],
    [{ maxMemory: 1e6 + 0.5 }, /maxMemory/],
    [{ maxMemory: 2 ** 32 }, /maxMemory \(4294967296\)/],
    [{ kernels: "js", maxMemory: 2 ** 32 - 65536 }, /from 65536 to 2147418112/],
  ])("%j is refused", async (options, message) => {
    await expect(cpu(options as CpuOptions)).rejects.toThrow(
      expect.objectContaining({ code: "ERR_INVALID_OPTION", message: expect.stringMatching(message) }),
    );
  });

  it("is also the default export", () => expect(cpuDefault).toBe(cpu));
});

describe.each(KERNEL_SETS)("cpu({ kernels: %j })", (kernels) => {
  it("tells which algorithm runs", async () => {
    const backend = await make({ kernels });
    const algorithm = async (text: string): Promise<string> => {
      const problem = parseProblem(text);
      const plan = await backend.prepareConv2d(problem, {
        weight: randomUniform(weightShape(problem)).data,
        bias: randomUniform([1, problem.oc, 1, 1]).data,
      });
      return plan.algorithm;
    };
    // The kernels in JavaScript have one for every size and stride.
    const depthwise = (size: string): string => (kernels === "wasm" ? `depthwise-${size}` : "depthwise");
    expect(await algorithm("g8_ic8_ih5_oc8_kh3_ph1")).toBe(depthwise("3x3"));
    expect(await algorithm("g8_ic8_ih5_oc8_kh3_sh2_ph1")).toBe(depthwise("3x3"));
    expect(await algorithm("g8_ic8_ih9_oc8_kh5_ph2")).toBe(depthwise("5x5"));
    expect(await algorithm("g8_ic8_ih9_oc8_kh5_dh2_ph2")).toBe("depthwise");
    // Two outputs an input; groups of few channels; 3x3 of many channels.
    const js = "igemm-2x4";
    expect(await algorithm("g8_ic8_ih5_oc16_kh3_ph1")).toBe(kernels === "wasm" ? "depthwise-3x3" : js);
    expect(await algorithm("g8_ic32_ih5_oc32_kh3_ph1")).toBe(kernels === "wasm" ? "grouped-4x4" : js);
    expect(await algorithm("ic16_ih5_oc16_kh3_ph1")).toBe(kernels === "wasm" ? "winograd-4x4" : js);
    expect(await algorithm("ic8_ih1_oc100_kh1")).toBe(kernels === "wasm" ? "igemm-1x32" : js);
    expect(await algorithm("ic8_ih5_oc16_kh1")).toMatch(kernels === "wasm" ? /^igemm-[46]x8$/ : /^igemm-2x4$/);
  });

  it("needs no more memory after a thousand models than after the first", async () => {
    const backend = await make({ kernels });
    const net = network(
      new Conv2d({ inChannels: 8, outChannels: 24, kernelSize: 3, padding: 1 }),
      new Conv2d({ inChannels: 24, outChannels: 8, kernelSize: 1 }),
    );
    const x = randomUniform([1, 8, 9, 9]);
    const cycle = async (): Promise<void> => {
      const model = await prepare(backend, net, x.shape);
      await model.run(x);
      model.dispose();
    };
    await cycle();
    const first = backend.memory()!;
    expect(first.used).toBe(0);
    for (let i = 0; i < 1000; i++) await cycle();
    expect(backend.memory()).toEqual(first);
  });

  it("refuses with ERR_OUT_OF_MEMORY if there is no room, and works afterwards", async () => {
    const backend = await make({ kernels, maxMemory: 1 << 20 });
    const large = new Conv2d({ inChannels: 64, outChannels: 64, kernelSize: 3, padding: 1 });
    await expect(prepare(backend, large, [1, 64, 64, 64])).rejects.toThrow(
      expect.objectContaining({ code: "ERR_OUT_OF_MEMORY" }),
    );
    expect(backend.memory()!.used).toBe(0);
    expect(() => backend.allocate([1, 1, 2048, 2048])).toThrow(/a tensor of 1 x 1 x 2048 x 2048 needs/);
    const small = await prepare(
      backend,
      new Conv2d({ inChannels: 1, outChannels: 1, kernelSize: 1, bias: false }, { weight: Float32Array.of(3) }),
      [1, 1, 1, 2],
    );
    expect([...(await small.run({ shape: [1, 1, 1, 2], layout: "nchw", data: Float32Array.of(1, 2) })).data]).toEqual([
      3, 6,
    ]);
  });

  it("frees the memory of a failed prepare, for each allocation that can fail", async () => {
    for (const text of ["ic64_ih6_oc64_kh3_ph1", "g64_ic64_ih40_oc64_kh3_ph1"]) {
      const problem = parseProblem(text);
      const weight = new Float32Array(problem.oc * (problem.ic / problem.g) * 9);
      const outcomes = new Set<string>();
      for (let pages = 1; pages < 5; pages++) {
        const backend = await make({ kernels, maxMemory: pages * 65536 });
        for (let filled = 0; filled < 64; filled++) {
          const outcome = await backend.prepareConv2d(problem, { weight, bias: new Float32Array(64) }).then(
            (plan) => plan.dispose(),
            (error: { code: string }) => error.code,
          );
          outcomes.add(outcome ?? "prepared");
          expect(backend.memory()!.used).toBe(filled * 1024);
          try {
            backend.allocate([1, 1, 1, 225]); // 64 bytes of zeros, and 960 of pixels and what may be read past them
          } catch {
            break;
          }
        }
      }
      expect(outcomes).toContain("ERR_OUT_OF_MEMORY");
      expect([...outcomes].every((outcome) => outcome === "prepared" || outcome === "ERR_OUT_OF_MEMORY")).toBe(true);
    }
  });

  it("refuses a table of padding that is too large before it allocates the table", async () => {
    const backend = await make({ kernels, maxMemory: 1 << 20 });
    const weights = { weight: new Float32Array(1) };
    const wide = parseProblem("ic1_ih1_oc1_kh1_pt200000000_nobias");
    await expect(backend.prepareConv2d(wide, weights)).rejects.toThrow(/an indirection buffer of 200000001 x 1 needs/);
    expect(backend.memory()!.used).toBe(0);
    // Rows of padding that no tap reads are not in the table.
    const unread = parseProblem("ic1_ih1_oc1_kh1_sh200000000_pb199999999_nobias");
    (await backend.prepareConv2d(unread, weights)).dispose();
  });

  it("takes memory in proportion to the number of taps, at any dilation", async () => {
    const backend = await make({ kernels });
    for (const [text, expected] of [
      // The first tap of each output lies before the image, the second behind it.
      ["ic1_ih1_iw5_oc1_kh1_kw2_pw500000000_dw1000000000_nobias", [0, 0, 0, 0, 0]],
      ["ic1_ih1_iw5_oc1_kh1_kw2_pl500000000_dw500000000_nobias", [2, 4, 6, 8, 10]],
      ["ic1_ih1_iw5_oc1_kh1_kw2_pr500000000_dw500000000_nobias", [1, 2, 3, 4, 5]],
      ["ic1_ih5_iw1_oc1_kh2_kw1_pt500000000_dh500000000_nobias", [2, 4, 6, 8, 10]],
      ["ic1_ih1_iw5_oc1_kh1_kw2_pw500000000_dw1000000000_replicate_nobias", [11, 11, 11, 11, 11]],
      ["ic1_ih1_iw5_oc1_kh1_kw2_sw999999999_pl1000000000_nobias", [0, 2]],
    ] as const) {
      const problem = parseProblem(text);
      const plan = await backend.prepareConv2d(problem, { weight: Float32Array.of(1, 2) });
      // A table of all padded pixels would take gigabytes.
      expect(backend.memory()!.used).toBeLessThan(1024);
      const x = backend.upload(tensor([1, 2, 3, 4, 5], inputShape(problem)));
      const y = backend.allocate(outputShape(problem));
      plan.run(x, y);
      expect([...(await backend.read(y)).data], text).toEqual(expected);
      for (const each of [plan, x, y]) each.dispose();
    }
  });

  it("runs networks with residuals over shared memory, again and again", async () => {
    const backend = await make({ kernels });
    const conv = (inChannels: number, outChannels: number, kernelSize: number, groups: number, seed: number): Conv2d =>
      new Conv2d(
        { inChannels, outChannels, kernelSize, groups, padding: (kernelSize - 1) / 2, activation: "relu6" },
        { seed },
      );
    // Two inverted residuals, as in MobileNet V2, and one layer that reads far back.
    const net = network(
      { conv: conv(5, 20, 1, 1, 1) },
      { conv: conv(20, 20, 3, 20, 2) },
      { conv: conv(20, 5, 1, 1, 3), name: "first", residual: "input" },
      { conv: conv(5, 30, 1, 1, 4) },
      { conv: conv(30, 30, 5, 30, 5) },
      { conv: conv(30, 5, 1, 1, 6), name: "second", residual: "first" },
      { conv: conv(5, 5, 3, 5, 7), input: "first", residual: "input" },
    );
    const shape = [2, 5, 9, 7] as const;
    const model = await prepare(backend, net, shape);
    const problems = net.problems(shape) as readonly Conv2dProblem[];
    for (const seed of [1, 2, 3]) {
      const x = randomUniform(shape, { seed, min: -2, max: 2 });
      const values: Float64Array[] = [];
      (net.layers as readonly ResolvedConv2d[]).forEach(({ conv: { weights }, input, residual }, index) => {
        const value = (ref: number): Float32Array => (ref < 0 ? x.data : Float32Array.from(values[ref]!));
        const added = residual === undefined ? {} : { residual: value(residual) };
        values.push(referenceConv2d(problems[index]!, { ...weights, input: value(input), ...added }).output);
      });
      const y = await model.run(x);
      const worst = y.data.reduce((most, value, index) => Math.max(most, Math.abs(value - values[6]![index]!)), 0);
      // Seven layers of values up to 6: a wrong pixel is off by tenths.
      expect(worst).toBeLessThan(1e-4);
      expect(new Set(y.data).size).toBeGreaterThan(100);
    }
  });

  it("keeps no object alive after it is disposed", async () => {
    const backend = await make({ kernels });
    const problem = parseProblem("ic1_ih1_oc1_kh1_nobias");
    const plan = await backend.prepareConv2d(problem, { weight: Float32Array.of(1) });
    const x = backend.allocate([1, 1, 1, 1]);
    await backend.dispose();
    expect(() => plan.run(x, x)).toThrow(expect.objectContaining({ code: "ERR_DISPOSED" }));
    plan.dispose();
    x.dispose();
    await backend.dispose();
  });

  it("runs a deep chain in the memory of its widest pair", async () => {
    const backend = await make({ kernels });
    const wide = (from: number, to: number): Conv2d => new Conv2d({ inChannels: from, outChannels: to, kernelSize: 1 });
    const chain = network(wide(16, 64), wide(64, 16), wide(16, 64), wide(64, 16), wide(16, 64), wide(64, 16));
    const shape = [1, 16, 40, 40] as const;
    const before = backend.memory()!.used;
    const plans = await Promise.all(
      (chain.layers as readonly ResolvedConv2d[]).map(({ conv }) =>
        backend.prepareConv2d(conv.problem([1, conv.inChannels, 40, 40]), conv.weights),
      ),
    );
    const inPlans = backend.memory()!.used - before;
    for (const plan of plans) plan.dispose();
    await prepare(backend, chain, shape);
    const tensors = backend.memory()!.used - inPlans;
    const pair = 4 * 40 * 40 * (16 + 64);
    expect(tensors).toBeGreaterThanOrEqual(pair);
    expect(tensors).toBeLessThan(pair * 1.01);
  });

  it("refuses tensors of another backend", async () => {
    const [a, b] = [await make({ kernels }), await make({ kernels })];
    const problem = parseProblem("ic1_ih1_oc1_kh1_nobias");
    const plan = await a.prepareConv2d(problem, { weight: Float32Array.of(1) });
    expect(() => plan.run(b.allocate(inputShape(problem)), a.allocate(outputShape(problem)))).toThrow(
      /not a tensor of this backend/,
    );
  });

  it("grows its memory while plans and tensors live", async () => {
    const backend = await make({ kernels });
    const problem = parseProblem("ic1_ih2_oc1_kh1_nobias");
    const plan = await backend.prepareConv2d(problem, { weight: Float32Array.of(2) });
    const x = backend.upload({ shape: [1, 1, 2, 2], layout: "nchw", data: Float32Array.of(1, 2, 3, 4) });
    const y = backend.allocate(outputShape(problem));
    const { reserved } = backend.memory()!;
    backend.allocate([1, 1, 1024, 1024]);
    expect(backend.memory()!.reserved).toBeGreaterThan(reserved);
    plan.run(x, y);
    expect([...(await backend.read(y)).data]).toEqual([2, 4, 6, 8]);
  });
});

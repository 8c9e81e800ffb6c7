/**
 * non-finite: its expected values are PyTorch's results, and its cases find backends that lose NaN, infinities or subnormals.
 * The literals are results of torch 1.13 for the calls beside them, with T = torch.tensor and F = torch.nn.functional.
 */

import { type Backend, parseProblem } from "@convene/core";
import { type BackendImplementation, defineBackend } from "@convene/core/backend";
import { describe, expect, test } from "vitest";
import { faultyCompute } from "../faulty-backends/faulty-backend.js";
import { textOf } from "../problem.js";
import { referenceConv2d } from "../reference.js";
import { referenceBackend, referenceImplementation, type ReferenceStorage } from "../reference-backend.js";
import { runConformance } from "../run-conformance.js";
import { expectedWithNonFinite } from "./non-finite-planted.js";
import { nonFiniteCases } from "./non-finite.js";

const OPTIONS = { suites: ["non-finite"], limit: 2000, diagnose: false } as const;
const [NAN, INF] = [NaN, Infinity];

describe("the expected values are PyTorch's", () => {
  // x = T([[[[nan,2.,3.,4.],[5.,6.,7.,8.],[9.,1.,2.,3.],[4.,5.,6.,inf]]]]); w = T([[[[1.,-2.,1.],[0.,3.,-1.],[2.,1.,1.]]]])
  // y = F.conv2d(x, w, T([1.]), padding=1)
  const window = {
    input: Float32Array.of(NAN, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, INF),
    weight: Float32Array.of(1, -2, 1, 0, 3, -1, 2, 1, 1),
    bias: Float32Array.of(1),
  };

  test.each<[string, string, Parameters<typeof referenceConv2d>[1], readonly number[]]>([
    ["y", "ic1_ih4_oc1_kh3_ph1", window, [NAN, NAN, 33, 35, NAN, NAN, 21, 27, 32, 21, INF, INF, -9, 19, -INF, INF]],
    [
      "torch.relu(y)",
      "ic1_ih4_oc1_kh3_ph1_relu",
      window,
      [NAN, NAN, 33, 35, NAN, NAN, 21, 27, 32, 21, INF, INF, 0, 19, 0, INF],
    ],
    ["F.relu6(y)", "ic1_ih4_oc1_kh3_ph1_relu6", window, [NAN, NAN, 6, 6, NAN, NAN, 6, 6, 6, 6, 6, 6, 0, 6, 0, 6]],
    [
      "torch.clamp(y, -3, 5)",
      "ic1_ih4_oc1_kh3_ph1_clamp-3:5",
      window,
      [NAN, NAN, 5, 5, NAN, NAN, 5, 5, 5, 5, 5, 5, -3, 5, -3, 5],
    ],
    [
      "F.conv2d(T([[[[inf,inf,1.],[1.,-inf,1.],[1.,1.,0.]]]]), T([[[[1.,1.],[1.,-1.]]]]))",
      "ic1_ih3_oc1_kh2_nobias",
      { input: Float32Array.of(INF, INF, 1, 1, -INF, 1, 1, 1, 0), weight: Float32Array.of(1, 1, 1, -1) },
      [INF, NAN, -INF, -INF],
    ],
    [
      "F.conv2d(T([[[[1.,0.],[-0.,2.]]]]), T([[[[inf]]],[[[-inf]]]]))",
      "ic1_ih2_oc2_kh1_nobias",
      { input: Float32Array.of(1, 0, -0, 2), weight: Float32Array.of(INF, -INF) },
      [INF, NAN, NAN, INF, -INF, NAN, NAN, -INF],
    ],
    [
      "F.conv2d(T([[[[1.,2.]]]]), T([[[[3.]]]]), T([inf])) + T([[[[-inf,1.]]]])",
      "ic1_ih1_iw2_oc1_kh1_residual",
      {
        input: Float32Array.of(1, 2),
        weight: Float32Array.of(3),
        bias: Float32Array.of(INF),
        residual: Float32Array.of(-INF, 1),
      },
      [NAN, INF],
    ],
    [
      "F.conv2d(F.pad(T([[[[nan,1.,2.],[3.,4.,5.],[6.,7.,8.]]]]), (1,1,1,1), mode='reflect'), T([[[[1.,1.],[1.,1.]]]]))",
      "ic1_ih3_oc1_kh2_ph1_reflect_nobias",
      { input: Float32Array.of(NAN, 1, 2, 3, 4, 5, 6, 7, 8), weight: Float32Array.of(1, 1, 1, 1) },
      [NAN, NAN, 12, 12, NAN, NAN, 12, 12, 20, 20, 24, 24, 20, 20, 24, 24],
    ],
    [
      "F.conv2d(T([[[[nan,1.]],[[2.,3.]]]]), T([[[[2.]]],[[[3.]]]]), groups=2)",
      "g2_ic2_ih1_iw2_oc2_kh1_nobias",
      { input: Float32Array.of(NAN, 1, 2, 3), weight: Float32Array.of(2, 3) },
      [NAN, 2, 6, 9],
    ],
    [
      "F.conv2d(T([[[[2**-149, 2**-130, -2**-127]]]]), T([[[[3.]]],[[[0.5]]]])), of which the fourth is rounded to even",
      "ic1_ih1_iw3_oc2_kh1_nobias",
      { input: Float32Array.of(2 ** -149, 2 ** -130, -(2 ** -127)), weight: Float32Array.of(3, 0.5) },
      [3, 1572864, -12582912, 0, 262144, -2097152].map((each) => each * 2 ** -149),
    ],
    [
      "F.conv2d(T([[[[3e38,1.]]]]), T([[[[2.]]],[[[-2.]]]]))",
      "ic1_ih1_iw2_oc2_kh1_nobias",
      { input: Float32Array.of(3e38, 1), weight: Float32Array.of(2, -2) },
      [INF, 2, -INF, -2],
    ],
  ])("%s", (_call, text, operands, expected) => {
    const { expected: ours, held } = expectedWithNonFinite(parseProblem(text), operands);
    expect([...ours]).toEqual(expected);
    expect(held.every(Boolean)).toBe(true);
  });

  test("if PyTorch has two results, both pass: padding under a weight that is not finite", () => {
    // x = torch.ones(1,8,4,4); w = torch.ones(8,1,3,3); w[0,0,0,0] = inf; F.conv2d(x, w, padding=1, groups=8)[0,0] gives
    // with oneDNN     [4, 6, 6, 4, 6, inf, inf, inf, 6, inf, inf, inf, 4, inf, inf, inf]
    // and without it  [nan, nan, nan, nan, nan, inf, inf, inf, nan, inf, inf, inf, nan, inf, inf, inf]
    const problem = parseProblem("g8_ic8_ih4_oc8_kh3_ph1_nobias");
    const weight = new Float32Array(72).fill(1);
    weight[0] = Infinity;
    const { expected, held } = expectedWithNonFinite(problem, { input: new Float32Array(128).fill(1), weight });
    const agreed = [5, 6, 7, 9, 10, 11, 13, 14, 15];
    expect(held.flatMap((each, at) => (each ? [] : [at]))).toEqual([0, 1, 2, 3, 4, 8, 12]);
    expect(agreed.map((at) => expected[at])).toEqual(agreed.map(() => Infinity));
    // The infinite weight does not affect the other channels.
    expect([...expected.subarray(16, 20)]).toEqual([4, 6, 6, 4]);
  });
});

type Implementation = BackendImplementation<ReferenceStorage>;

/** The names of the cases that fail. */
async function failuresOf(source: () => Promise<Backend>): Promise<readonly string[]> {
  const { results } = await runConformance(source, OPTIONS);
  return results.flatMap(({ status, name }) => (status === "failed" ? [name] : []));
}

/** The reference with other arithmetic. */
const computing = (change: (y: number) => number): (() => Promise<Backend>) =>
  faultyCompute("changed", (problem, operands, output) =>
    output.set(referenceConv2d(problem, operands).output.map(change)),
  );

describe("the cases", () => {
  test("have names of their own, their problem, and a feature that they need", async () => {
    const cases = await nonFiniteCases();
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(cases.filter(({ needs }) => needs?.length !== 1)).toEqual([]);
    for (const { name, problems } of cases.filter((each) => each.problems)) {
      expect(name.split(": ")[0]).toBe(problems!.map(textOf).join());
    }
  });

  test("all have a result that is not finite or not normal, and most also have a plain result", async () => {
    let outputs: Float32Array[] = [];
    const watching = await defineBackendOf((right) => ({
      read: async (source, shape, layout) => {
        outputs.push(source.data.slice());
        return right.read(source, shape, layout);
      },
    }));
    const isPlain = (each: number): boolean =>
      Number.isFinite(each) && Math.abs(each) >= 2 ** -126 && Math.abs(each) < 1e30;
    let plain = 0;
    const dull: string[] = [];
    const cases = await nonFiniteCases();
    for (const each of cases) {
      outputs = [];
      await each.run({ backend: watching, accuracy: "fast", seed: 1, another: undefined });
      const all = outputs.flatMap((output) => [...output]);
      if (!all.some((y) => y !== 0 && !isPlain(y))) dull.push(each.name);
      if (all.some(isPlain)) plain++;
    }
    expect(dull).toEqual([]);
    expect(plain).toBeGreaterThan(cases.length * 0.7);
  });

  test("are skipped with the backend's reason if the backend declares a limit", async () => {
    const declaring = defineBackendOf((right) => ({
      features: { ...right.features, nonFinite: { reason: "finite math only" } },
    }));
    const { counts, results } = await runConformance(await declaring, OPTIONS);
    expect(counts.failed).toBe(0);
    expect(counts.passed).toBe(results.filter(({ name }) => /normal/.test(name)).length);
    expect(results.find(({ status }) => status === "skipped")!.message).toBe("nonFinite: finite math only");
  });

  test("accept a backend that skips taps on padding", async () => {
    expect(await failuresOf(skippingPadding)).toEqual([]);
  });
});

/** A backend that does not multiply taps on zero padding, as oneDNN's depthwise kernels do. */
const skippingPadding = faultyCompute("skips-padding", (problem, operands, output) => {
  const right = referenceConv2d(problem, operands).output;
  const { weight } = operands;
  const zeroed = { ...operands, weight: weight.map((each) => (Number.isFinite(each) ? each : 0)) };
  const skipped = referenceConv2d(problem, zeroed).output;
  const { held } = expectedWithNonFinite(problem, operands);
  output.set(right.map((each, at) => (held[at] ? each : skipped[at]!)));
});

async function defineBackendOf(change: (right: Implementation) => Partial<Implementation>): Promise<Backend> {
  return defineBackend({ ...referenceImplementation, ...change(referenceImplementation) });
}

describe("a backend is found out", () => {
  test("whose clamp is a maximum that drops NaN", async () => {
    const dropping = faultyCompute("drops", (problem, operands, output) => {
      const { activation, ...rest } = problem;
      const sums = referenceConv2d({ ...rest, activation: undefined }, operands).output;
      const right = referenceConv2d(problem, operands).output;
      output.set(right.map((each, at) => (activation && Number.isNaN(sums[at]!) ? 0 : each)));
    });
    const failures = await failuresOf(dropping);
    expect(failures.length).toBe(9);
    for (const name of failures) expect(name).toMatch(/_(relu|relu6|clamp-3:5): /);
  });

  test("that makes NaN of infinities, as a transform does", async () => {
    expect((await failuresOf(computing((y) => y + (y - y)))).length).toBeGreaterThan(50);
  });

  test("whose infinities are the largest number", async () => {
    const largest = 2 ** 127 * (2 - 2 ** -23);
    expect((await failuresOf(computing((y) => Math.min(Math.max(y, -largest), largest)))).length).toBeGreaterThan(50);
  });

  test("that leaks NaN from one group to the others", async () => {
    const leaking = faultyCompute("block-diagonal", (problem, operands, output) => {
      const { ic, g, oc, kh, kw } = problem;
      // Groups are computed as one standard convolution, with zeros as the weights between groups. NaN times zero is NaN.
      const weight = new Float32Array(oc * ic * kh * kw);
      const [icPerGroup, ocPerGroup] = [ic / g, oc / g];
      for (let o = 0; o < oc; o++) {
        const each = operands.weight.subarray(o * icPerGroup * kh * kw, (o + 1) * icPerGroup * kh * kw);
        weight.set(each, (o * ic + Math.floor(o / ocPerGroup) * icPerGroup) * kh * kw);
      }
      output.set(referenceConv2d({ ...problem, g: 1 }, { ...operands, weight }).output);
    });
    const failures = await failuresOf(leaking);
    expect(failures.length).toBeGreaterThan(10);
    for (const name of failures) expect(name).toMatch(/^g\d/);
  });

  test("that skips weights of zero", async () => {
    const skipping = faultyCompute("sparse", (problem, operands, output) => {
      const finite = { ...operands, input: operands.input.map((each) => (Number.isFinite(each) ? each : 0)) };
      const right = referenceConv2d(problem, operands).output;
      const without = referenceConv2d(problem, finite).output;
      const zeros = operands.weight.some((each) => each === 0);
      output.set(right.map((each, at) => (zeros && Number.isNaN(each) ? without[at]! : each)));
    });
    const failures = await failuresOf(skipping);
    expect(failures).toHaveLength(11);
    for (const name of failures) expect(name).toContain("weights of zero");
  });

  test("that flushes subnormal results while it declares to keep them", async () => {
    const failures = await failuresOf(computing((y) => (Math.abs(y) < 2 ** -126 ? 0 : y)));
    expect(failures.length).toBe(21);
    for (const name of failures) expect(name).toMatch(/normal/);
  });

  test("that flushes subnormal operands only", async () => {
    const flush = (each: number): number => (Math.abs(each) < 2 ** -126 ? 0 : each);
    const flushing = faultyCompute("flushes-operands", (problem, { input, weight, ...rest }, output) =>
      output.set(referenceConv2d(problem, { ...rest, input: input.map(flush), weight: weight.map(flush) }).output),
    );
    const failures = await failuresOf(flushing);
    expect(failures.some((name) => name.endsWith(": subnormal inputs"))).toBe(true);
    expect(failures.some((name) => name.endsWith(": subnormal weights"))).toBe(true);
    expect(failures.some((name) => name.includes("cancel"))).toBe(false);
  });

  test("that flushes subnormals on the way in or out", async () => {
    const failures = await failuresOf(() =>
      defineBackendOf((right) => ({
        upload: (source, target) => {
          right.upload(source, target);
          target.data.set(target.data.map((each) => (Math.abs(each) < 2 ** -126 ? 0 : each)));
        },
      })),
    );
    expect(failures).toContain("upload and read keep subnormals");
  });
});

test("the reference passes", async () => {
  const { counts, worstRatio } = await runConformance(referenceBackend, OPTIONS);
  expect(counts).toMatchObject({ failed: 0, skipped: 0, untrusted: 0 });
  expect(counts.passed).toBeGreaterThan(100);
  expect(worstRatio).toBeLessThan(1);
});

import { conv2dProblem, type Conv2dProblem, type Conv2dProblemSpec } from "@convene/core";
import { randomProblem, randomSource, referenceConv2d } from "@convene/conformance";
import { describe, expect, it } from "vitest";
import { outputsOfInput, readsOfWeight, sourceOf, tapCount, tapsOf, usesOf } from "./taps.js";
import { forward, valuesOf } from "./values.js";
import { layerOf } from "./stages.js";

const PROBLEMS: readonly Conv2dProblemSpec[] = [
  { ic: 2, ih: 5, oc: 3, kh: 3 },
  { ic: 4, g: 2, ih: 5, iw: 6, oc: 4, kh: 3, kw: 2, pt: 1, pl: 2 },
  { ic: 3, g: 3, ih: 6, oc: 3, kh: 3, sh: 2, pt: 1, pb: 1, pl: 1, pr: 1, paddingMode: "reflect" },
  { ic: 2, g: 2, ih: 4, oc: 4, kh: 3, dh: 2, pt: 2, pb: 2, pl: 2, pr: 2, paddingMode: "circular" },
  { ic: 2, ih: 4, oc: 2, kh: 2, sh: 3, sw: 1, pt: 3, pl: 4, pr: 1, paddingMode: "replicate" },
  { ic: 1, ih: 3, oc: 1, kh: 5, pt: 1, pb: 1, pl: 1, pr: 1 },
];
const problems: readonly Conv2dProblem[] = PROBLEMS.map((spec) => conv2dProblem({ ...spec, bias: false }));

/** The outputs that depend on an input, by the reference. Only this input is 1, and all weights are 1. */
function reached(p: Conv2dProblem, at: number): ReadonlySet<number> {
  const input = new Float32Array(p.ic * p.ih * p.iw);
  input[at] = 1;
  const weight = new Float32Array((p.oc * p.ic * p.kh * p.kw) / p.g).fill(1);
  const { output } = referenceConv2d(p, { input, weight });
  return new Set([...output.keys()].filter((each) => output[each] !== 0));
}

describe.each(problems.map((p, index) => [index, p] as const))("taps of problem %i", (_, p) => {
  it("gives the inputs that each output reads, like the reference", () => {
    const inputs = p.ic * p.ih * p.iw;
    const readers = Array.from({ length: inputs }, (_each, at) => reached(p, at));
    for (let at = 0; at < p.oc * p.oh * p.ow; at++) {
      const output = [Math.floor(at / (p.oh * p.ow)), Math.floor(at / p.ow) % p.oh, at % p.ow];
      const taps = tapsOf(p, output);
      expect(taps).toHaveLength(tapCount(p));
      const read = taps.flatMap(({ c, source }) => (source ? [(c * p.ih + source[0]) * p.iw + source[1]] : []));
      const expected = Array.from({ length: inputs }, (_each, input) => input).filter((one) => readers[one]!.has(at));
      expect([...new Set(read)].sort((a, b) => a - b)).toEqual(expected);
    }
  });

  it("gives the outputs that read each input, like the reference", () => {
    for (let at = 0; at < p.ic * p.ih * p.iw; at++) {
      const input = [Math.floor(at / (p.ih * p.iw)), Math.floor(at / p.iw) % p.ih, at % p.iw];
      const [from, to] = outputsOfInput(p, input[0]!);
      const found = new Set<number>();
      for (const { oy, ox } of usesOf(p, input)) {
        for (let o = from; o < to; o++) found.add((o * p.oh + oy) * p.ow + ox);
      }
      expect([...found].sort((a, b) => a - b)).toEqual([...reached(p, at)].sort((a, b) => a - b));
    }
  });

  it("gives the inputs that a weight multiplies", () => {
    const taps = readsOfWeight(p, [p.oc - 1, 0, p.kh - 1, 0]);
    expect(taps).toHaveLength(p.oh * p.ow);
    const weight = new Float32Array((p.oc * p.ic * p.kh * p.kw) / p.g);
    weight[(p.oc - 1) * tapCount(p) + (p.kh - 1) * p.kw] = 1;
    const input = Float32Array.from({ length: p.ic * p.ih * p.iw }, (_each, at) => at + 1);
    const { output } = referenceConv2d(p, { input, weight });
    const expected = taps.map(({ c, source }) => (source ? input[(c * p.ih + source[0]) * p.iw + source[1]]! : 0));
    expect(expected).toEqual([...output.subarray((p.oc - 1) * p.oh * p.ow)]);
  });
});

describe("values", () => {
  it("are the reference's, on random problems", () => {
    for (let seed = 0; seed < 30; seed++) {
      const p = conv2dProblem({ ...randomProblem(randomSource(seed)), n: 1, residual: false });
      if (p.oc * p.oh * p.ow * tapCount(p) > 200_000) continue;
      const [values] = valuesOf([p], [layerOf(p)]);
      const { output } = referenceConv2d(p, values!);
      expect(values!.output).toEqual(Float32Array.from(output));
    }
  });

  it("contain the bias, and end with the activation", () => {
    const p = conv2dProblem({ ic: 1, ih: 1, oc: 1, kh: 1, activation: "relu" });
    const values = { input: Float32Array.of(2), weight: Float32Array.of(3), bias: Float32Array.of(-1) };
    expect([...forward(p, values)]).toEqual([5]);
    expect([...forward(p, { ...values, bias: Float32Array.of(-7) })]).toEqual([0]);
  });
});

describe("padding", () => {
  it.each([
    ["zeros", [undefined, undefined, 0, 1, 2, undefined]],
    ["replicate", [0, 0, 0, 1, 2, 2]],
    ["reflect", [2, 1, 0, 1, 2, 1]],
    ["circular", [1, 2, 0, 1, 2, 0]],
  ] as const)("%s", (mode, expected) => {
    expect([-2, -1, 0, 1, 2, 3].map((at) => sourceOf(at, 3, mode))).toEqual(expected);
  });
});

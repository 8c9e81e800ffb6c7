import { parseProblem, tensor, toLayout, weightShape } from "@convene/core";
import { describe, expect, it } from "vitest";
import { algorithmOf, packTensor, packWeights, nc4hw4Of, unpackTensor, weightPlanes } from "./nc4hw4.js";

const counting = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => i + 1);

describe("a tensor", () => {
  it("is stored image by image, in texels of four channels, the last filled up with zeros", () => {
    const packed = packTensor(tensor(counting(2 * 5 * 2), [2, 5, 1, 2]));
    const texels = Array.from({ length: packed.length / 4 }, (_, i) => [...packed.subarray(4 * i, 4 * i + 4)]);
    expect(texels).toEqual([
      [1, 3, 5, 7],
      [2, 4, 6, 8],
      [9, 0, 0, 0],
      [10, 0, 0, 0],
      [11, 13, 15, 17],
      [12, 14, 16, 18],
      [19, 0, 0, 0],
      [20, 0, 0, 0],
    ]);
    expect(nc4hw4Of([2, 5, 1, 2])).toEqual({ planes: 4, height: 1, width: 2 });
  });

  it.each(["nchw", "nhwc"] as const)("comes back as it was, from %s", (layout) => {
    const source = toLayout(tensor(counting(2 * 7 * 3 * 5), [2, 7, 3, 5]), layout);
    const back = unpackTensor(packTensor(source), source.shape, layout);
    expect(back).toEqual(source);
    expect(unpackTensor(packTensor(source), source.shape, "nchw")).toEqual(toLayout(source, "nchw"));
  });
});

describe("weights", () => {
  it("have a plane for four outputs, a row for a tap, a texel for an input channel, and a last row for the bias", () => {
    const problem = parseProblem("ic2_ih3_oc5_kh1_kw2");
    expect(weightPlanes(problem)).toEqual({ planes: 2, height: 3, width: 4 });
    const packed = packWeights(problem, { weight: counting(20), bias: counting(5) });
    const texel = (plane: number, row: number, i: number): number[] => {
      const at = 4 * ((plane * 3 + row) * 4 + i);
      return [...packed.subarray(at, at + 4)];
    };
    // OIHW: output o, input i, tap t is number 4 o + 2 i + t + 1.
    expect(texel(0, 0, 0)).toEqual([1, 5, 9, 13]);
    expect(texel(0, 1, 0)).toEqual([2, 6, 10, 14]);
    expect(texel(0, 1, 1)).toEqual([4, 8, 12, 16]);
    expect(texel(0, 0, 2)).toEqual([0, 0, 0, 0]);
    expect(texel(1, 0, 1)).toEqual([19, 0, 0, 0]);
    expect(texel(0, 2, 0)).toEqual([1, 2, 3, 4]);
    expect(texel(1, 2, 0)).toEqual([5, 0, 0, 0]);
  });

  it("have a texel for each channel of a group and no more, if the kernel reads groups lane by lane", () => {
    const problem = parseProblem("g2_ic6_ih3_oc4_kh1_nobias");
    expect(weightPlanes(problem)).toEqual({ planes: 1, height: 1, width: 3 });
    const [oc, ic, kh, kw] = weightShape(problem);
    expect(packWeights(problem, { weight: counting(oc * ic * kh * kw) })).toHaveLength(12);
  });
});

it.each([
  ["ic3_ih5_oc7_kh3", "dense"],
  ["g32_ic128_ih5_oc128_kh3", "dense"],
  ["g7_ic7_ih5_oc7_kh3", "depthwise"],
  ["g7_ic7_ih5_oc14_kh3", "grouped"],
  ["g2_ic8_ih5_oc6_kh3", "grouped"],
])("%s is %s", (text, algorithm) => expect(algorithmOf(parseProblem(text))).toBe(algorithm));

import type { OutputTensor } from "@convene/core";
import { describe, expect, test } from "vitest";
import { ANCHORS, decodeFaces, type Face, isBlazeFace, mergeFaces, placeInSquare } from "./blaze-face.js";

const output = (dims: number[]): OutputTensor => {
  const data = new Float32Array(dims.reduce((product, each) => product * each, 1));
  return { shape: [1, dims[1]!, dims[2]!, 1], layout: "nchw", data, dims };
};
/** Outputs without a face. A test may add faces. */
const empty = (): Record<string, OutputTensor> => {
  const outputs = {
    s16: output([1, 512, 1]),
    s8: output([1, 384, 1]),
    b16: output([1, 512, 16]),
    b8: output([1, 384, 16]),
  };
  outputs.s16.data.fill(-100);
  outputs.s8.data.fill(-100);
  return outputs;
};
const WHOLE = { left: 0, top: 0, width: 1, height: 1 };
const put = (target: OutputTensor, anchor: number, values: number[]): void =>
  target.data.set(values, anchor * target.dims[2]!);

describe("anchors", () => {
  test("896: two in each of 16 x 16 cells, six in each of 8 x 8", () => {
    expect(ANCHORS).toHaveLength(896);
    expect(ANCHORS.slice(0, 3)).toEqual([
      [1 / 32, 1 / 32],
      [1 / 32, 1 / 32],
      [3 / 32, 1 / 32],
    ]);
    expect(ANCHORS[32]).toEqual([1 / 32, 3 / 32]);
    expect(ANCHORS[512]).toEqual([1 / 16, 1 / 16]);
    expect(ANCHORS[895]).toEqual([15 / 16, 15 / 16]);
  });
});

describe("isBlazeFace", () => {
  const dims = Object.fromEntries(Object.entries(empty()).map(([name, { dims: each }]) => [name, each]));
  const merged = { regressors: [1, 896, 16], classificators: [1, 896, 1] };
  test("recognises the network by its outputs and the size of its input", () => {
    expect(isBlazeFace({ width: 128, height: 128 }, dims)).toBe(true);
    expect(isBlazeFace({ width: 256, height: 256 }, dims)).toBe(true);
    expect(isBlazeFace({ width: 128, height: 128 }, merged)).toBe(true);
    expect(isBlazeFace({ width: 128, height: 96 }, merged)).toBe(false);
    expect(isBlazeFace({ width: 224, height: 224 }, merged)).toBe(false);
    expect(isBlazeFace({ width: 128, height: 128 }, { scores: [1, 1000] })).toBe(false);
  });
});

describe("decodeFaces", () => {
  test("offsets are pixels of the input from the anchor's middle", () => {
    const outputs = empty();
    put(outputs["s8"]!, 0, [4]);
    put(outputs["b8"]!, 0, [8, 16, 32, 64, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const [face, ...rest] = decodeFaces(outputs, 128, WHOLE);
    expect(rest).toEqual([]);
    expect(face!.score).toBeCloseTo(1 / (1 + Math.exp(-4)), 12);
    expect(face!.left).toBeCloseTo(1 / 16 + 8 / 128 - 16 / 128, 6);
    expect(face!.top).toBeCloseTo(1 / 16 + 16 / 128 - 32 / 128, 6);
    expect([face!.width, face!.height]).toEqual([0.25, 0.5]);
    expect(face!.points[5]).toEqual([1 / 16 + 11 / 128, 1 / 16 + 12 / 128]);
  });

  test("there is no face if no score reaches a half, or if all are NaN", () => {
    expect(decodeFaces(empty(), 128, WHOLE)).toEqual([]);
    const outputs = empty();
    outputs["s16"]!.data.fill(NaN);
    expect(decodeFaces(outputs, 128, WHOLE)).toEqual([]);
  });

  test("both heads in one output are read in the same order", () => {
    const outputs = { regressors: output([1, 896, 16]), classificators: output([1, 896, 1]) };
    outputs.classificators.data.fill(-100);
    put(outputs.classificators, 512, [2]);
    put(outputs.regressors, 512, [0, 0, 12.8, 12.8]);
    const [face] = decodeFaces(outputs, 128, WHOLE);
    expect(face!.left + face!.width / 2).toBeCloseTo(1 / 16, 6);
  });

  test("in a wide photo, the black parts above and below do not count", () => {
    const placement = placeInSquare(200, 100);
    expect(placement).toEqual({ left: 0, top: 0.25, width: 1, height: 0.5 });
    const outputs = empty();
    put(outputs["s16"]!, 0, [9]);
    put(outputs["b16"]!, 0, [60, 60, 64, 64]);
    const [face] = decodeFaces(outputs, 128, placement);
    expect(face!.top).toBeCloseTo(0, 6);
    expect(face!.height).toBeCloseTo(1, 6);
    expect(face!.left).toBeCloseTo(0.25, 6);
  });

  test("other outputs are refused", () => {
    expect(() => decodeFaces({ y: output([1, 10, 1]) }, 128, WHOLE)).toThrow("not BlazeFace's");
  });
});

describe("mergeFaces", () => {
  const face = (score: number, left: number): Face => ({
    score,
    left,
    top: 0,
    width: 0.2,
    height: 0.2,
    points: Array.from({ length: 6 }, () => [left, 0] as const),
  });

  test("boxes that overlap become their mean, weighted by scores; others stay", () => {
    const [one, two, ...rest] = mergeFaces([face(0.6, 0.7), face(0.9, 0), face(0.3, 0.04)]);
    expect(rest).toEqual([]);
    expect(one!.score).toBe(0.9);
    expect(one!.left).toBeCloseTo((0.3 * 0.04) / 1.2, 12);
    expect(one!.points[0]![0]).toBeCloseTo(0.01, 12);
    expect(two!.left).toBe(0.7);
  });

  test("boxes that only touch, and a box without area, are handled", () => {
    const none = { ...face(0.8, 0.5), width: 0 };
    expect(mergeFaces([face(0.9, 0), face(0.8, 0.2), none])).toHaveLength(3);
  });
});

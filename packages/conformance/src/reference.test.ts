/** The reference gives values that were computed by hand, and the values of PyTorch's documentation. */

import { parseProblem } from "@convene/core";
import { describe, expect, test } from "vitest";
import { makeOperands, type Operands } from "./operands.js";
import { referenceConv2d } from "./reference.js";

function run(text: string, operands: { [key in keyof Operands]: readonly number[] | Float32Array }): number[] {
  const arrays = Object.fromEntries(Object.entries(operands).map(([key, values]) => [key, Float32Array.from(values)]));
  // Cast: fromEntries loses the type of the keys, which are those of `operands`.
  return [...referenceConv2d(parseProblem(text), arrays as unknown as Operands).output];
}

/** 0, 1, 2, ... */
const count = (length: number): number[] => Array.from({ length }, (_, i) => i);

describe("computed by hand", () => {
  test("3x3 over 3x3 is one dot product, and the kernel is not rotated", () => {
    // 1*1 + 2*0 + 3*-1  +  4*2 + 5*0 + 6*-2  +  7*1 + 8*0 + 9*-1 = -2 - 4 - 2
    expect(
      run("ic1_ih3_oc1_kh3_nobias", { input: [1, 2, 3, 4, 5, 6, 7, 8, 9], weight: [1, 0, -1, 2, 0, -2, 1, 0, -1] }),
    ).toEqual([-8]);
  });

  test("3x3 slides over 4x4", () => {
    // The mean of a ramp is its middle, so the sums are nine times the value under the centre: 5, 6, 9 and 10.
    expect(run("ic1_ih4_oc1_kh3_nobias", { input: count(16), weight: Array(9).fill(1) })).toEqual([45, 54, 81, 90]);
  });

  test("input channels are summed, output channels have weights and a bias of their own", () => {
    const output = run("ic2_ih1_iw2_oc2_kh1", {
      input: [1, 2, /**/ 10, 20],
      weight: [1, 1, /**/ 2, -1],
      bias: [100, -100],
    });
    expect(output).toEqual([111, 122, /**/ -108, -116]);
  });

  test("the images of a batch do not affect each other", () => {
    expect(run("n2_ic1_ih1_iw2_oc1_kh1_kw2_nobias", { input: [1, 2, /**/ 3, 4], weight: [10, 1] })).toEqual([12, 34]);
  });

  test("zeros around the input add nothing, and each edge has its own pad", () => {
    const ones = { weight: [1, 10, 100] };
    expect(run("ic1_ih1_iw2_oc1_kh1_kw3_pl2_nobias", { input: [1, 2], ...ones })).toEqual([100, 210]);
    expect(run("ic1_ih1_iw2_oc1_kh1_kw3_pr2_nobias", { input: [1, 2], ...ones })).toEqual([21, 2]);
    expect(run("ic1_ih2_iw1_oc1_kh3_kw1_pt2_nobias", { input: [1, 2], ...ones })).toEqual([100, 210]);
    expect(run("ic1_ih2_iw1_oc1_kh3_kw1_pb2_nobias", { input: [1, 2], ...ones })).toEqual([21, 2]);
  });

  test("stride, in each axis", () => {
    expect(run("ic1_ih4_iw5_oc1_kh1_sh3_sw2_nobias", { input: count(20), weight: [1] })).toEqual([0, 2, 4, 15, 17, 19]);
  });

  test("dilation, in each axis", () => {
    // Taps at rows 0 and 2, columns 0 and 3 of a 3x4 input.
    expect(run("ic1_ih3_iw4_oc1_kh2_dh2_dw3_nobias", { input: count(12), weight: [1, 10, 100, 1000] })).toEqual([
      0 + 30 + 800 + 11000,
    ]);
  });

  test("groups read their own channels only, a multiplier of outputs from each", () => {
    const output = run("g2_ic2_ih1_oc4_kh1_nobias", { input: [3, 5], weight: [1, 2, /**/ 10, 20] });
    expect(output).toEqual([3, 6, 50, 100]);
  });

  test("the bias is added first, then the residual, then the clamp is applied", () => {
    const operands = { input: [1, 2, 3], weight: [2], bias: [1], residual: [-10, 0, 5] };
    expect(run("ic1_ih1_iw3_oc1_kh1_residual", operands)).toEqual([-7, 5, 12]);
    expect(run("ic1_ih1_iw3_oc1_kh1_residual_relu", operands)).toEqual([0, 5, 12]);
    expect(run("ic1_ih1_iw3_oc1_kh1_residual_relu6", operands)).toEqual([0, 5, 6]);
    expect(run("ic1_ih1_iw3_oc1_kh1_residual_clamp-2:4", operands)).toEqual([-2, 4, 4]);
  });

  test("a clamp keeps NaN, and makes an end of an infinity", () => {
    expect(run("ic1_ih1_iw3_oc1_kh1_nobias_relu6", { input: [NaN, Infinity, -Infinity], weight: [1] })).toEqual([
      NaN,
      6,
      0,
    ]);
  });

  test("the magnitude is the sum of absolute values, before any clamp", () => {
    const { magnitude } = referenceConv2d(parseProblem("ic2_ih1_oc1_kh1_residual_relu"), {
      input: Float32Array.of(3, -4),
      weight: Float32Array.of(-1, 2),
      bias: Float32Array.of(-5),
      residual: Float32Array.of(-7),
    });
    expect([...magnitude]).toEqual([3 + 8 + 5 + 7]);
  });
});

/** A 1x1 kernel of weight 1 gives the padded input itself. */
describe("padding modes, as in the documentation of torch.nn's padding layers", () => {
  const padded = (pads: string, mode: string): number[] =>
    run(`ic1_ih3_oc1_kh1_${pads}_${mode}_nobias`, { input: count(9), weight: [1] });

  test("ReflectionPad2d(2)", () => {
    expect(padded("ph2", "reflect")).toEqual(
      [
        [8, 7, 6, 7, 8, 7, 6],
        [5, 4, 3, 4, 5, 4, 3],
        [2, 1, 0, 1, 2, 1, 0],
        [5, 4, 3, 4, 5, 4, 3],
        [8, 7, 6, 7, 8, 7, 6],
        [5, 4, 3, 4, 5, 4, 3],
        [2, 1, 0, 1, 2, 1, 0],
      ].flat(),
    );
  });

  test("ReflectionPad2d((1, 1, 2, 0))", () => {
    expect(padded("pt2_pl1_pr1", "reflect")).toEqual([
      7, 6, 7, 8, 7, 4, 3, 4, 5, 4, 1, 0, 1, 2, 1, 4, 3, 4, 5, 4, 7, 6, 7, 8, 7,
    ]);
  });

  test("ReplicationPad2d(2)", () => {
    expect(padded("ph2", "replicate")).toEqual(
      [
        [0, 0, 0, 1, 2, 2, 2],
        [0, 0, 0, 1, 2, 2, 2],
        [0, 0, 0, 1, 2, 2, 2],
        [3, 3, 3, 4, 5, 5, 5],
        [6, 6, 6, 7, 8, 8, 8],
        [6, 6, 6, 7, 8, 8, 8],
        [6, 6, 6, 7, 8, 8, 8],
      ].flat(),
    );
  });

  test("ReplicationPad2d((1, 1, 2, 0))", () => {
    expect(padded("pt2_pl1_pr1", "replicate")).toEqual([
      0, 0, 1, 2, 2, 0, 0, 1, 2, 2, 0, 0, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6, 7, 8, 8,
    ]);
  });

  test("CircularPad2d(2)", () => {
    expect(padded("ph2", "circular")).toEqual(
      [
        [4, 5, 3, 4, 5, 3, 4],
        [7, 8, 6, 7, 8, 6, 7],
        [1, 2, 0, 1, 2, 0, 1],
        [4, 5, 3, 4, 5, 3, 4],
        [7, 8, 6, 7, 8, 6, 7],
        [1, 2, 0, 1, 2, 0, 1],
        [4, 5, 3, 4, 5, 3, 4],
      ].flat(),
    );
  });

  test("CircularPad2d((1, 1, 2, 0))", () => {
    expect(padded("pt2_pl1_pr1", "circular")).toEqual([
      5, 3, 4, 5, 3, 8, 6, 7, 8, 6, 2, 0, 1, 2, 0, 5, 3, 4, 5, 3, 8, 6, 7, 8, 6,
    ]);
  });

  test("ZeroPad2d((1, 1, 2, 0))", () => {
    expect(run("ic1_ih3_oc1_kh1_pt2_pl1_pr1_nobias", { input: count(9), weight: [1] })).toEqual(
      [
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 1, 2, 0],
        [0, 3, 4, 5, 0],
        [0, 6, 7, 8, 0],
      ].flat(),
    );
  });
});

test("a grouped convolution is the standard one with a block-diagonal weight", () => {
  const grouped = parseProblem("n2_g3_ic6_ih6_iw5_oc9_kh3_kw2_sh2_sw1_ph1_residual_relu");
  const operands = makeOperands(grouped, "integer", 1);
  const [icPerGroup, ocPerGroup, taps] = [2, 3, 3 * 2];
  const weight = new Float32Array(9 * 6 * taps);
  for (let o = 0; o < 9; o++) {
    const from = operands.weight.subarray(o * icPerGroup * taps, (o + 1) * icPerGroup * taps);
    weight.set(from, (o * 6 + Math.floor(o / ocPerGroup) * icPerGroup) * taps);
  }
  const standard = parseProblem("n2_ic6_ih6_iw5_oc9_kh3_kw2_sh2_sw1_ph1_residual_relu");
  expect(referenceConv2d(standard, { ...operands, weight }).output).toEqual(referenceConv2d(grouped, operands).output);
});

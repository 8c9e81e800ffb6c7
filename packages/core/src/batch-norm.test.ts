import { describe, expect, it } from "vitest";
import { foldBatchNorm } from "./batch-norm.js";
import { expectError } from "./testing/expect-error.js";

const f32 = (...values: number[]): Float32Array => Float32Array.from(values);
const NORM = { mean: f32(1, -2), variance: f32(4 - 1e-5, 0.25 - 1e-5), gamma: f32(3, 0.5), beta: f32(0.5, 1) };

describe("foldBatchNorm", () => {
  it("scales and shifts each output channel", () => {
    const { weight, bias } = foldBatchNorm({ weight: f32(1, 2, 3, 4), bias: f32(5, 6) }, NORM);
    // 3 / 2 and 0.5 / 0.5
    expect([...weight].map((each) => each.toFixed(5))).toEqual(["1.50000", "3.00000", "3.00000", "4.00000"]);
    expect([...bias].map((each) => each.toFixed(5))).toEqual(["6.50000", "9.00000"]);
  });

  it("gives a bias to a convolution without one, and takes ones and zeros for parameters that are left out", () => {
    const { mean, variance } = NORM;
    const { bias } = foldBatchNorm({ weight: f32(1, 1) }, { mean, variance });
    expect([...bias].map((each) => each.toFixed(5))).toEqual(["-0.50000", "4.00000"]);
  });

  it("is computed in float64 and rounded once", () => {
    const { weight, bias } = foldBatchNorm(
      { weight: f32(0.1), bias: f32(0.3) },
      { mean: f32(0.7), variance: f32(0.9), gamma: f32(1.1), beta: f32(-0.2), epsilon: 1e-3 },
    );
    const [w, b, m, v, g, s] = [0.1, 0.3, 0.7, 0.9, 1.1, -0.2].map(Math.fround) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const scale = g / Math.sqrt(v + 1e-3);
    expect([weight[0], bias[0]]).toEqual([Math.fround(w * scale), Math.fround((b - m) * scale + s)]);
  });

  it.each<[string, () => unknown, "ERR_SHAPE" | "ERR_INVALID_OPTION", string]>([
    [
      "a mean of another size",
      () => foldBatchNorm({ weight: f32(1, 1) }, { ...NORM, mean: f32(1) }),
      "ERR_SHAPE",
      "gamma has 2 elements; expected 1",
    ],
    [
      "a variance of another size",
      () => foldBatchNorm({ weight: f32(1, 1) }, { ...NORM, variance: f32(1, 1, 1) }),
      "ERR_SHAPE",
      "variance has 3 elements; expected 2 (one for each of 2 channels)",
    ],
    [
      "a weight in float64",
      () => foldBatchNorm({ weight: Float64Array.of(1, 1) as never }, NORM),
      "ERR_SHAPE",
      "must be a Float32Array; Float32Array.from or tensor.from converts other arrays",
    ],
    [
      "a variance below 0",
      () => foldBatchNorm({ weight: f32(1, 1) }, { ...NORM, variance: f32(1, -1) }),
      "ERR_INVALID_OPTION",
      "variance[1] (-1) plus epsilon must be above 0",
    ],
    [
      "a variance of 0 without an epsilon",
      () => foldBatchNorm({ weight: f32(1, 1) }, { ...NORM, variance: f32(1, 0), epsilon: 0 }),
      "ERR_INVALID_OPTION",
      "variance[1] (0) plus epsilon must be above 0",
    ],
    [
      "a variance that is NaN",
      () => foldBatchNorm({ weight: f32(1, 1) }, { ...NORM, variance: f32(NaN, 1) }),
      "ERR_INVALID_OPTION",
      "variance[0] (NaN)",
    ],
    [
      "PyTorch's names",
      () => foldBatchNorm({ weight: f32(1, 1) }, { running_mean: f32(1), running_var: f32(1) } as never),
      "ERR_INVALID_OPTION",
      'batch normalisation has no key "running_mean": PyTorch\'s running_mean is mean here',
    ],
    [
      "eps",
      () => foldBatchNorm({ weight: f32(1, 1) }, { ...NORM, eps: 1e-3 } as never),
      "ERR_INVALID_OPTION",
      "PyTorch's eps is epsilon here",
    ],
    [
      "a weight that is not in an object",
      () => foldBatchNorm(f32(1, 1) as never, NORM),
      "ERR_INVALID_OPTION",
      "weights (a Float32Array of 8 bytes) must be an object, { weight, bias }",
    ],
    [
      "weights that channels do not divide",
      () => foldBatchNorm({ weight: f32(1, 1, 1) }, NORM),
      "ERR_SHAPE",
      "weight has 3 elements, which 2 channels do not divide",
    ],
    [
      "no mean",
      () => foldBatchNorm({ weight: f32(1, 1) }, { variance: f32(1) } as never),
      "ERR_SHAPE",
      "mean (undefined) must be a Float32Array",
    ],
    [
      "no epsilon",
      () => foldBatchNorm({ weight: f32(1, 1) }, { ...NORM, epsilon: "1" as never }),
      "ERR_INVALID_OPTION",
      'epsilon ("1") must be a number',
    ],
  ])("refuses %s", (_, call, code, words) => expectError(call, code, words));
});

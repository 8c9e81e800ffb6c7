/** A function of each element, or of each and its partner in a second operand. */

import { gelu, geluTanh, sigmoid, silu, tanh } from "./functions";
import { ElementwiseParams } from "./operation-params";
import { clamp, copyLanes, storeLanes } from "./simd";

/** The codes of src/operations/function-codes.ts. */
const CLAMP = 0;
const LEAKY_RELU = 1;
const HARD_SIGMOID = 2;
const HARD_SWISH = 3;
const SIGMOID = 4;
const SILU = 5;
const TANH = 6;
const GELU = 7;
const GELU_TANH = 8;
const ADD = 9;
const MULTIPLY = 10;
const PRELU = 11;

/** Jobs `start` to `end` of images x chunks of runs. `own` is this worker's part of the workspace: a run, and a vector. */
export function elementwise(
  params: ElementwiseParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  const run = params.run;
  const repeat = params.repeat;
  // Loop 2, jobs: splits images into chunks of runs.
  for (let job = start; job < end; job++) {
    const chunk = job % params.chunks;
    const image = job / params.chunks;
    const first = chunk * params.chunkRuns;
    let left = min<i32>(params.chunkRuns * run, params.count - first * run);
    let x = input + image * params.inputImage + ((first * run) << 2);
    let y = output + image * params.outputImage + ((first * run) << 2);
    let operand =
      (params.operand ? params.operand : residual + image * params.operandImage) + first * params.operandRun;
    if (repeat > 1) {
      // Loop 1, copies of the second operand: a run becomes whole vectors. What a copy has too much is overwritten.
      const period = run / repeat;
      for (let copy = 0; copy < repeat; copy++) copyLanes(own + ((copy * period) << 2), operand, period);
      operand = own;
    }
    // Loop 1, runs: the second operand of each begins anew, or goes on.
    for (; left > 0; left -= run) {
      apply(params, x, operand, y, min<i32>(run, left));
      x += run << 2;
      y += run << 2;
      operand += params.operandRun;
    }
  }
}

function apply(params: ElementwiseParams, x: usize, operand: usize, y: usize, count: i32): void {
  const code = params.code;
  if (code == CLAMP) each(CLAMP, params, x, operand, y, count);
  else if (code == LEAKY_RELU) each(LEAKY_RELU, params, x, operand, y, count);
  else if (code == HARD_SIGMOID) each(HARD_SIGMOID, params, x, operand, y, count);
  else if (code == HARD_SWISH) each(HARD_SWISH, params, x, operand, y, count);
  else if (code == SIGMOID) each(SIGMOID, params, x, operand, y, count);
  else if (code == SILU) each(SILU, params, x, operand, y, count);
  else if (code == TANH) each(TANH, params, x, operand, y, count);
  else if (code == GELU) each(GELU, params, x, operand, y, count);
  else if (code == GELU_TANH) each(GELU_TANH, params, x, operand, y, count);
  else if (code == ADD) each(ADD, params, x, operand, y, count);
  else if (code == MULTIPLY) each(MULTIPLY, params, x, operand, y, count);
  else each(PRELU, params, x, operand, y, count);
}

@inline
function each(CODE: i32, params: ElementwiseParams, x: usize, operand: usize, y: usize, count: i32): void {
  const alpha = f32x4.splat(params.alpha);
  const beta = f32x4.splat(params.beta);
  const scale = f32x4.splat(params.scale);
  const lo = f32x4.splat(params.min);
  const hi = f32x4.splat(params.max);
  // Whole vectors; of the last one as many lanes as there are.
  for (; count > 0; count -= 4) {
    const value = v128.load(x);
    let result: v128;
    if (CODE == CLAMP) result = clamp(value, lo, hi);
    else if (CODE == LEAKY_RELU) result = slope(value, alpha);
    else if (CODE == HARD_SIGMOID) result = hard(value, alpha, beta, scale, hi);
    else if (CODE == HARD_SWISH) result = f32x4.mul(value, hard(value, alpha, beta, scale, hi));
    else if (CODE == SIGMOID) result = sigmoid(value);
    else if (CODE == SILU) result = silu(value);
    else if (CODE == TANH) result = tanh(value);
    else if (CODE == GELU) result = gelu(value);
    else if (CODE == GELU_TANH) result = geluTanh(value);
    else if (CODE == ADD) result = clamp(f32x4.add(value, v128.load(operand)), lo, hi);
    else if (CODE == MULTIPLY) result = clamp(f32x4.mul(value, v128.load(operand)), lo, hi);
    else result = slope(value, v128.load(operand));
    storeLanes(y, result, count);
    x += 16;
    y += 16;
    operand += 16;
  }
}

/** `alpha·x` below 0; NaN stays NaN. */
@inline
function slope(x: v128, alpha: v128): v128 {
  return v128.bitselect(f32x4.mul(x, alpha), x, f32x4.lt(x, f32x4.splat(0)));
}

/** `clamp(alpha·x + beta, 0, hi)·scale`. */
@inline
function hard(x: v128, alpha: v128, beta: v128, scale: v128, hi: v128): v128 {
  return f32x4.mul(clamp(f32x4.add(f32x4.mul(x, alpha), beta), f32x4.splat(0), hi), scale);
}

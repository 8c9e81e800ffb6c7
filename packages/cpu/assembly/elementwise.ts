/** A function of each element, or of each element and its partner in a second operand. */

import { CONSTANT_BYTES, gelu, geluTanh, sigmoid, silu, tanh, writeConstants } from "./functions";
import { ElementwiseParams } from "./operation-params";
import { clamp, copyLanes } from "./simd";

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

/** The number of elements that a function's loop takes at a time, and their bytes. */
const STEP: i32 = 8;
const STEP_BYTES: usize = 32;

/** Computes the jobs `start` to `end` of images x chunks of runs. `own` is this worker's part of the workspace: constants, the end of a run and of its operand, a run, and a vector. */
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
  const ends = own + CONSTANT_BYTES;
  const repeated = ends + 2 * STEP_BYTES;
  writeConstants(own);
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
      // Loop 1, copies of the second operand, so that a run has whole vectors. The next copy overwrites the surplus of a copy.
      const period = run / repeat;
      for (let copy = 0; copy < repeat; copy++) copyLanes(repeated + ((copy * period) << 2), operand, period);
      operand = repeated;
    }
    // Loop 1, runs. For each run the second operand starts again, or continues.
    for (; left > 0; left -= run) {
      const count = min<i32>(run, left);
      const whole = count & ~(STEP - 1);
      apply(params, x, operand, y, whole, own);
      if (count > whole) applyEnd(params, x, operand, y, whole, count - whole, own, ends);
      x += run << 2;
      y += run << 2;
      operand += params.operandRun;
    }
  }
}

/** The end of a run is copied to `ends`, which has room for a whole step. So the functions' loops need no code for ends. */
function applyEnd(
  params: ElementwiseParams,
  x: usize,
  operand: usize,
  y: usize,
  whole: i32,
  count: i32,
  constants: usize,
  ends: usize,
): void {
  const at = whole << 2;
  copyLanes(ends, x + at, count);
  if (params.code >= ADD) copyLanes(ends + STEP_BYTES, operand + at, count);
  apply(params, ends, ends + STEP_BYTES, ends, STEP, constants);
  copyLanes(y + at, ends, count);
}

function apply(params: ElementwiseParams, x: usize, operand: usize, y: usize, count: i32, constants: usize): void {
  const code = params.code;
  if (code == CLAMP) each(CLAMP, params, x, operand, y, count, constants);
  else if (code == LEAKY_RELU) each(LEAKY_RELU, params, x, operand, y, count, constants);
  else if (code == HARD_SIGMOID) each(HARD_SIGMOID, params, x, operand, y, count, constants);
  else if (code == HARD_SWISH) each(HARD_SWISH, params, x, operand, y, count, constants);
  else if (code == SIGMOID) each(SIGMOID, params, x, operand, y, count, constants);
  else if (code == SILU) each(SILU, params, x, operand, y, count, constants);
  else if (code == TANH) each(TANH, params, x, operand, y, count, constants);
  else if (code == GELU) each(GELU, params, x, operand, y, count, constants);
  else if (code == GELU_TANH) each(GELU_TANH, params, x, operand, y, count, constants);
  else if (code == ADD) each(ADD, params, x, operand, y, count, constants);
  else if (code == MULTIPLY) each(MULTIPLY, params, x, operand, y, count, constants);
  else each(PRELU, params, x, operand, y, count, constants);
}

/** Computes `count` elements, a multiple of `STEP`. */
@inline
function each(
  CODE: i32,
  params: ElementwiseParams,
  x: usize,
  operand: usize,
  y: usize,
  count: i32,
  constants: usize,
): void {
  const alpha = f32x4.splat(params.alpha);
  const beta = f32x4.splat(params.beta);
  const scale = f32x4.splat(params.scale);
  const lo = f32x4.splat(params.min);
  const hi = f32x4.splat(params.max);
  // `STEP` elements are two vectors. A function is a long chain of instructions that wait for each other, and two chains fill the waits.
  for (; count > 0; count -= STEP) {
    const first = value(CODE, v128.load(x), operand, alpha, beta, scale, lo, hi, constants);
    const second = value(CODE, v128.load(x, 16), operand + 16, alpha, beta, scale, lo, hi, constants);
    v128.store(y, first);
    v128.store(y, second, 16);
    x += STEP_BYTES;
    y += STEP_BYTES;
    operand += STEP_BYTES;
  }
}

/** The results of four elements. */
@inline
function value(
  CODE: i32,
  x: v128,
  operand: usize,
  alpha: v128,
  beta: v128,
  scale: v128,
  lo: v128,
  hi: v128,
  constants: usize,
): v128 {
  if (CODE == CLAMP) return clamp(x, lo, hi);
  if (CODE == LEAKY_RELU) return slope(x, alpha);
  if (CODE == HARD_SIGMOID) return hard(x, alpha, beta, scale, hi);
  if (CODE == HARD_SWISH) return f32x4.mul(x, hard(x, alpha, beta, scale, hi));
  if (CODE == SIGMOID) return sigmoid(x, constants);
  if (CODE == SILU) return silu(x, constants);
  if (CODE == TANH) return tanh(x, constants);
  if (CODE == GELU) return gelu(x, constants);
  if (CODE == GELU_TANH) return geluTanh(x, constants);
  if (CODE == ADD) return clamp(f32x4.add(x, v128.load(operand)), lo, hi);
  if (CODE == MULTIPLY) return clamp(f32x4.mul(x, v128.load(operand)), lo, hi);
  return slope(x, v128.load(operand));
}

/** `alpha·x` for x below 0, otherwise `x`. NaN stays NaN. */
@inline
function slope(x: v128, alpha: v128): v128 {
  return v128.bitselect(f32x4.mul(x, alpha), x, f32x4.lt(x, f32x4.splat(0)));
}

/** `clamp(alpha·x + beta, 0, hi)·scale`. */
@inline
function hard(x: v128, alpha: v128, beta: v128, scale: v128, hi: v128): v128 {
  return f32x4.mul(clamp(f32x4.add(f32x4.mul(x, alpha), beta), f32x4.splat(0), hi), scale);
}

/**
 * Winograd's algorithm F(4x4, 3x3) in float32. Each product and each sum is rounded. The algorithm is right, unless a fault
 * replaces one of its steps. The suite uses it to test rule 3, and its faulty backends are made from it.
 */

import type { Conv2dProblem } from "@convene/core";
import { activationRange } from "@convene/core/backend";
import type { Operands } from "../operands.js";
import { sourceIndex } from "../reference.js";
import { LAVIN_GRAY, type Matrix } from "../transformed-bound.js";

/** The number of outputs along a side of a tile, and the number of pixels that a tile reads along a side. */
const TILE = 4;
const READ = TILE + 2;
const COORDINATES = READ * READ;

/** A tile along an axis: the first output that it computes, and the place of this output. In a right plan the two are equal. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The steps that a fault can replace. */
export interface Steps {
  readonly input: Matrix;
  readonly weight: Matrix;
  readonly output: Matrix;
  /** The tiles along an axis with `size` outputs. */
  spans(size: number): readonly Span[];
  /** The values that the product reads, after a tile's transformed input of all channels of a group was written. */
  transformed(fresh: Float32Array): Float32Array;
}

export const RIGHT: Steps = {
  ...LAVIN_GRAY,
  spans: (size) =>
    Array.from({ length: Math.ceil(size / TILE) }, (_, index) => ({ from: TILE * index, to: TILE * index })),
  transformed: (fresh) => fresh,
};

/** U = G w Gᵀ for each output channel and each input channel of its group: 36 numbers for each pair. */
export function transformWeights(weight: Float32Array, { weight: g }: Pick<Steps, "weight">): Float32Array {
  const packed = new Float32Array((weight.length / 9) * COORDINATES);
  for (let pair = 0; pair < weight.length / 9; pair++) {
    packed.set(sandwich(g, weight.subarray(pair * 9, (pair + 1) * 9), 3), pair * COORDINATES);
  }
  return packed;
}

/** Computes all of `output` from the weights that `transformWeights` gives. */
export function winograd(
  problem: Conv2dProblem,
  packed: Float32Array,
  { input, bias, residual }: Omit<Operands, "weight">,
  output: Float32Array,
  steps: Steps = RIGHT,
): void {
  const { n, g, ic, oc, oh, ow, dh, dw } = problem;
  const [icPerGroup, ocPerGroup] = [ic / g, oc / g];
  const [min, max] = activationRange(problem.activation);
  for (let image = 0; image < n; image++) {
    for (const rows of phaseSpans(steps, oh, dh)) {
      for (const columns of phaseSpans(steps, ow, dw)) {
        for (let group = 0; group < g; group++) {
          const fresh = new Float32Array(icPerGroup * COORDINATES);
          for (let c = 0; c < icPerGroup; c++) {
            const tile = readTile(problem, input, image * ic + group * icPerGroup + c, rows, columns);
            fresh.set(sandwich(steps.input, tile, READ), c * COORDINATES);
          }
          const read = steps.transformed(fresh);
          for (let o = group * ocPerGroup; o < (group + 1) * ocPerGroup; o++) {
            const product = new Float32Array(COORDINATES);
            for (let c = 0; c < icPerGroup; c++) {
              const own = (o * icPerGroup + c) * COORDINATES;
              for (let at = 0; at < COORDINATES; at++) {
                product[at] = product[at]! + Math.fround(packed[own + at]! * read[c * COORDINATES + at]!);
              }
            }
            const results = sandwich(steps.output, product, READ);
            for (let at = 0; at < TILE * TILE; at++) {
              const y = rows.phase + dh * (rows.to + Math.floor(at / TILE));
              const x = columns.phase + dw * (columns.to + (at % TILE));
              if (y >= oh || x >= ow) continue;
              const to = ((image * oc + o) * oh + y) * ow + x;
              const biased = Math.fround(results[at]! + (bias?.[o] ?? 0));
              output[to] = Math.min(Math.max(Math.fround(biased + (residual?.[to] ?? 0)), min), max);
            }
          }
        }
      }
    }
  }
}

/** A tile among the outputs `phase`, `phase` + d and so on, which are a convolution without dilation. */
interface PhaseSpan extends Span {
  readonly phase: number;
}

/** The tiles along an axis with `size` outputs, for each phase of the dilation. */
function phaseSpans(steps: Steps, size: number, dilation: number): readonly PhaseSpan[] {
  return Array.from({ length: Math.min(size, dilation) }, (_, phase) =>
    steps.spans(Math.ceil((size - phase) / dilation)).map((span) => ({ ...span, phase })),
  ).flat();
}

/** The 6x6 pixels that a tile reads from one plane, with zeros outside of the padded input. */
function readTile(
  problem: Conv2dProblem,
  input: Float32Array,
  plane: number,
  rows: PhaseSpan,
  columns: PhaseSpan,
): Float32Array {
  const { ih, iw, pt, pb, pl, pr, dh, dw, paddingMode } = problem;
  const tile = new Float32Array(COORDINATES);
  for (let at = 0; at < COORDINATES; at++) {
    const py = rows.phase + dh * (rows.from + Math.floor(at / READ));
    const px = columns.phase + dw * (columns.from + (at % READ));
    if (py >= ih + pt + pb || px >= iw + pl + pr) continue;
    const [y, x] = [sourceIndex(py - pt, ih, paddingMode), sourceIndex(px - pl, iw, paddingMode)];
    if (y !== undefined && x !== undefined) tile[at] = input[(plane * ih + y) * iw + x]!;
  }
  return tile;
}

/** M X Mᵀ for a square X of `size`: rows first, then columns. Zeros of M are skipped, as in code that is written by hand. */
function sandwich(matrix: Matrix, square: Float32Array, size: number): Float32Array {
  const height = matrix.length;
  const between = new Float32Array(height * size);
  const result = new Float32Array(height * height);
  for (const [i, row] of matrix.entries()) {
    for (let x = 0; x < size; x++) between[i * size + x] = dot(row, square, x, size);
  }
  for (const [j, row] of matrix.entries()) {
    for (let i = 0; i < height; i++) result[i * height + j] = dot(row, between, i * size, 1);
  }
  return result;
}

/** The dot product of `row` and the values at `from`, `from + step`, .... Each product, each sum and each constant is rounded to float32. */
function dot(row: readonly number[], values: Float32Array, from: number, step: number): number {
  let sum = 0;
  for (let k = 0; k < row.length; k++) {
    const factor = Math.fround(row[k]!);
    if (factor !== 0) sum = Math.fround(sum + Math.fround(factor * values[from + k * step]!));
  }
  return sum;
}

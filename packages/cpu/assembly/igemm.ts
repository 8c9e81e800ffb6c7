/**
 * Indirect GEMM: a matrix product that finds its left-hand rows through a table of offsets. So padding of any mode, stride and
 * dilation cost nothing in the kernel. After Dukhan, "The Indirect Convolution Algorithm" (2019); docs/kernels.md
 * says how this table differs from Dukhan's.
 *
 * The table holds, for each pixel of the *padded* image, the byte offset from the image's first pixel. If padding reads a zero, the
 * offset is that of the row of zeros before every image. `positions` holds, for each output pixel, the address of its first tap in
 * the table. Weights are packed in panels of NR output channels: NR biases, then NR weights for each tap
 * and input channel.
 */

import { IgemmParams } from "./params";
import { copyLanes } from "./simd";
import { tile1x32 } from "./ukernels/f32-igemm-1x32";
import { tile4x8 } from "./ukernels/f32-igemm-4x8";
import { tile4x16 } from "./ukernels/f32-igemm-4x16";
import { tile6x8 } from "./ukernels/f32-igemm-6x8";
import { tile6x16 } from "./ukernels/f32-igemm-6x16";
import { tile8x4 } from "./ukernels/f32-igemm-8x4";

/** The number of tiles that the scratch memory holds, of outputs and of residuals. src/algorithms/igemm.ts has the same number. */
const SCRATCH_TILES: i32 = 4;

/**
 * Computes the jobs `start` to `end` of passes x blocks x groups x panels, panels innermost. A pass is an image, or the whole batch
 * if tiles cross images. `residual` is 0 if there is none. `own` is this worker's part of the workspace: twice `SCRATCH_TILES` tiles.
 */
@inline
function igemm(
  MR: i32,
  NR: i32,
  params: IgemmParams,
  input: usize,
  output: usize,
  residual: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  const residualDelta = residual ? residual - output : 0;
  const pixels = params.pixels;
  const imagePixels = params.imagePixels;
  // With images of one pixel, the step to the next pixel is an image. Otherwise it is a pixel, until an image ends.
  const single = imagePixels == 1;
  const step: usize = single ? params.outputImage : params.outputPixel;
  // Loop 2, jobs: splits the output into blocks of pixels by panels of channels. Neighbouring jobs share a block of the input.
  for (let job = start; job < end; job++) {
    const panel = job % params.panels;
    let rest = job / params.panels;
    const group = rest % params.groups;
    rest /= params.groups;
    const block = rest % params.blocks;
    const pass = rest / params.blocks;

    const base = input + pass * params.inputImage + ((group * params.icPerGroup) << 2);
    const w = params.weights + (group * params.panels + panel) * params.panelBytes;
    const nr = min<i32>(NR, params.ocPerGroup - panel * NR);
    const first = block * params.blockPixels;
    const last = min<i32>(first + params.blockPixels, pixels);
    const c = output + pass * params.outputImage + ((group * params.ocPerGroup + panel * NR) << 2);
    let image = first / imagePixels;
    let column = first - image * imagePixels;
    // Loop 1, tiles: splits the block into rows of pixels. The panel of weights stays in cache for all tiles.
    for (let pixel = first; pixel < last;) {
      const left = last - pixel;
      let rows = rowsOf(MR, left);
      const positions = params.positions + (pixel << 2);
      const inImage = single ? left : min<i32>(left, imagePixels - column);
      const at = c + image * params.outputImage + column * params.outputPixel;
      const crosses = rows > inImage;
      if (nr == NR && !crosses) {
        const tiles = tilesOf(MR, rows, inImage);
        tile(NR, rows, MR, params, base, positions, w, at, step, residualDelta, tiles);
        rows *= tiles;
      } else {
        // A ragged end is computed in this worker's scratch memory, so that the tiles themselves have no branches.
        const tiles = crosses ? 1 : min<i32>(tilesOf(MR, rows, inImage), SCRATCH_TILES);
        const count = min<i32>(rows * tiles, left);
        const scratchStep: usize = NR << 2;
        const residualScratch = residualDelta ? SCRATCH_TILES * MR * scratchStep : 0;
        // Rows of several images have no common step, so each of them is found by itself.
        const first = crosses ? c : at;
        const outputStep = crosses ? 0 : step;
        if (residualDelta)
          copyRows(params, own + residualScratch, scratchStep, first + residualDelta, outputStep, pixel, count, nr);
        tile(NR, rows, MR, params, base, positions, w, own, scratchStep, residualScratch, tiles);
        copyRows(params, first, outputStep, own, scratchStep, pixel, count, nr);
        rows *= tiles;
      }
      pixel += rows;
      column += rows;
      // The division runs only at the end of an image. For each tile it would take a tenth of the time of a tile of 16 input channels.
      if (column >= imagePixels) {
        const images = column / imagePixels;
        image += images;
        column -= images * imagePixels;
      }
    }
  }
}

/** The rows of the next tile: 4 or 6, in the mixture that wastes the fewest rows. */
@inline
export function rowsOf(MR: i32, left: i32): i32 {
  return MR == 6 && (left == 3 || left == 4 || left == 7 || left == 8) ? 4 : MR;
}

/** The number of tiles of `rows` rows that follow each other in the `left` rows. A call for each tile would take a tenth of a short tile's time. */
@inline
export function tilesOf(MR: i32, rows: i32, left: i32): i32 {
  const tiles = left / rows;
  const rest = left - tiles * rows;
  // 7 or 8 rows at the end are two tiles of four.
  return MR == 6 && rows == 6 && tiles > 1 && (rest == 1 || rest == 2) ? tiles - 1 : tiles;
}

/** Computes `tiles` tiles of `rows` rows. After inlining all conditions except `rows` are constants, so one or two calls remain. */
@inline
export function tile(
  NR: i32,
  rows: i32,
  MR: i32,
  params: IgemmParams,
  base: usize,
  positions: usize,
  w: usize,
  c: usize,
  step: usize,
  residual: usize,
  tiles: i32,
): void {
  if (MR == 1) {
    tile1x32(params, base, positions, w, c, step, residual, tiles);
  } else if (MR == 8) {
    tile8x4(params, base, positions, w, c, step, residual, tiles);
  } else if (NR == 8) {
    if (MR == 4 || rows == 4) tile4x8(params, base, positions, w, c, step, residual, tiles);
    else tile6x8(params, base, positions, w, c, step, residual, tiles);
  } else {
    if (rows == 4) tile4x16(params, base, positions, w, c, step, residual, tiles);
    else tile6x16(params, base, positions, w, c, step, residual, tiles);
  }
}

/**
 * Copies `lanes` lanes of `rows` rows. A step of 0 stands for the rows of an output from the pixel `pixel` on, in several images. It may
 * read up to three lanes past the end of a row.
 */
function copyRows(
  params: IgemmParams,
  to: usize,
  toStep: usize,
  from: usize,
  fromStep: usize,
  pixel: i32,
  rows: i32,
  lanes: i32,
): void {
  for (let row = 0; row < rows; row++) {
    const y = toStep ? to : outputAt(params, to, pixel + row);
    const x = fromStep ? from : outputAt(params, from, pixel + row);
    // A call for each row would take as long as the rest of the loop.
    if (lanes == 4) v128.store(y, v128.load(x));
    else copyLanes(y, x, lanes);
    to += toStep;
    from += fromStep;
  }
}

/** The address of an output pixel of a pass, from the address `c` of its first pixel. */
function outputAt(params: IgemmParams, c: usize, pixel: i32): usize {
  const image = pixel / params.imagePixels;
  return c + image * params.outputImage + (pixel - image * params.imagePixels) * params.outputPixel;
}

export function igemm1x32(
  params: IgemmParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  igemm(1, 32, params, input, output, residual, own, start, end);
}

export function igemm4x8(
  params: IgemmParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  igemm(4, 8, params, input, output, residual, own, start, end);
}

export function igemm6x8(
  params: IgemmParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  igemm(6, 8, params, input, output, residual, own, start, end);
}

export function igemm6x16(
  params: IgemmParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  igemm(6, 16, params, input, output, residual, own, start, end);
}

export function igemm8x4(
  params: IgemmParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  igemm(8, 4, params, input, output, residual, own, start, end);
}

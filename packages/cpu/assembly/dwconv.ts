/**
 * Depthwise convolution, with one output channel for each input channel. There is no sum over channels, so each vector of four
 * channels is a convolution of its own. The kernel reads through the same table as the indirect GEMM. Weights are packed in panels
 * of four or eight channels: the biases, then the weights of each tap.
 */

import { DwconvParams } from "./params";
import { copyLanes } from "./simd";
import { dwconv } from "./ukernels/f32-dwconv";
import { dwconv3x3s1_4x4 } from "./ukernels/f32-dwconv-3x3s1-4x4";
import { dwconv3x3s1_4x8 } from "./ukernels/f32-dwconv-3x3s1-4x8";
import { dwconv3x3s1m2_4x8 } from "./ukernels/f32-dwconv-3x3s1m2-4x8";
import { dwconv3x3s2_1x8 } from "./ukernels/f32-dwconv-3x3s2-1x8";
import { dwconv3x3s2_2x16 } from "./ukernels/f32-dwconv-3x3s2-2x16";
import { dwconv5x5s1_4x4 } from "./ukernels/f32-dwconv-5x5s1-4x4";
import { dwconv5x5s1_4x8 } from "./ukernels/f32-dwconv-5x5s1-4x8";
import { dwconv5x5s2_2x4 } from "./ukernels/f32-dwconv-5x5s2-2x4";
import { dwconv5x5s2_4x8 } from "./ukernels/f32-dwconv-5x5s2-4x8";

/** The tile of a loop below. It is a constant after inlining. */
const ANY = 0;
const K3S1_4X4 = 1;
const K3S1_4X8 = 2;
const K3S1M2_4X8 = 3;
const K3S2_1X8 = 4;
const K3S2_2X16 = 5;
const K5S1_4X4 = 6;
const K5S1_4X8 = 7;
const K5S2_2X4 = 8;
const K5S2_4X8 = 9;

/**
 * Computes the jobs `start` to `end` of images x rows x blocks of pixels x chunks of channels, chunks innermost. `residual` is 0 if
 * there is none. `own` is this worker's part of the workspace: two tiles.
 */
@inline
function rows(
  KIND: i32,
  PIXELS: i32,
  LANES: i32,
  params: DwconvParams,
  input: usize,
  output: usize,
  residual: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  const residualDelta = residual ? residual - output : 0;
  const step = params.outputPixel;
  const MULTIPLIER: i32 = KIND == K3S1M2_4X8 ? 2 : 1;
  // Loop 2, jobs: splits the output into rows, and few rows into blocks of pixels and chunks of channels.
  for (let job = start; job < end; job++) {
    const chunk = job % params.chunks;
    let rest = job / params.chunks;
    const block = rest % params.blocks;
    rest /= params.blocks;
    const y = rest % params.oh;
    const image = rest / params.oh;

    const channel = chunk * params.chunkChannels;
    const channels = min<i32>(params.chunkChannels, params.channels - channel);
    const w = params.weights + (channel / LANES) * params.panelBytes;
    const base = input + image * params.inputImage + ((channel / MULTIPLIER) << 2);
    const t = params.table + y * params.pixelRow;
    const c = output + image * params.outputImage + y * params.ow * step + (channel << 2);
    const last = block == params.blocks - 1 ? params.ow : (block + 1) * params.blockPixels;
    // Loop 1, tiles: splits the block into pixels. A tile goes along all channels of the chunk, because these lie side by side.
    for (let x = block * params.blockPixels; x < last; x += PIXELS) {
      // The last tile of a row computes some pixels again, which is faster than single pixels.
      if (PIXELS > 1) x = min<i32>(x, params.ow - PIXELS);
      const tap = t + x * params.pixelColumn;
      const at = c + x * step;
      if (KIND == ANY) {
        dwconv(params, base, tap, w, at, residualDelta, channels);
      } else {
        const panels = channels / LANES;
        const tail = channels - panels * LANES;
        tile(KIND, params, base, tap, w, at, step, residualDelta, panels);
        if (tail) {
          const done = (panels * LANES) << 2;
          const from = w + panels * params.panelBytes;
          ragged(KIND, PIXELS, LANES, params, base + done / MULTIPLIER, tap, from, at + done, residualDelta, own, tail);
        }
      }
    }
  }
}

@inline
function tile(
  KIND: i32,
  params: DwconvParams,
  base: usize,
  t: usize,
  w: usize,
  c: usize,
  step: usize,
  residual: usize,
  panels: i32,
): void {
  if (KIND == K3S1_4X4) dwconv3x3s1_4x4(params, base, t, w, c, step, residual, panels);
  if (KIND == K3S1_4X8) dwconv3x3s1_4x8(params, base, t, w, c, step, residual, panels);
  if (KIND == K3S1M2_4X8) dwconv3x3s1m2_4x8(params, base, t, w, c, step, residual, panels);
  if (KIND == K3S2_1X8) dwconv3x3s2_1x8(params, base, t, w, c, step, residual, panels);
  if (KIND == K3S2_2X16) dwconv3x3s2_2x16(params, base, t, w, c, step, residual, panels);
  if (KIND == K5S1_4X4) dwconv5x5s1_4x4(params, base, t, w, c, step, residual, panels);
  if (KIND == K5S1_4X8) dwconv5x5s1_4x8(params, base, t, w, c, step, residual, panels);
  if (KIND == K5S2_2X4) dwconv5x5s2_2x4(params, base, t, w, c, step, residual, panels);
  if (KIND == K5S2_4X8) dwconv5x5s2_4x8(params, base, t, w, c, step, residual, panels);
}

/** A tile of the last channels, which are fewer than a panel. It is computed in this worker's scratch memory, and the existing channels are copied out. */
@inline
function ragged(
  KIND: i32,
  PIXELS: i32,
  LANES: i32,
  params: DwconvParams,
  base: usize,
  t: usize,
  w: usize,
  c: usize,
  residual: usize,
  scratch: usize,
  lanes: i32,
): void {
  const step: usize = LANES << 2;
  const residualScratch = residual ? PIXELS * step : 0;
  if (residual) {
    for (let x = 0; x < PIXELS; x++) {
      copyLanes(scratch + residualScratch + x * step, c + residual + x * params.outputPixel, lanes);
    }
  }
  tile(KIND, params, base, t, w, scratch, step, residualScratch, 1);
  for (let x = 0; x < PIXELS; x++) copyLanes(c + x * params.outputPixel, scratch + x * step, lanes);
}

export function depthwise(
  params: DwconvParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  rows(ANY, 1, 4, params, input, output, residual, own, start, end);
}

export function depthwise3x3s1_4x4(
  params: DwconvParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  rows(K3S1_4X4, 4, 4, params, input, output, residual, own, start, end);
}

export function depthwise3x3s1_4x8(
  params: DwconvParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  rows(K3S1_4X8, 4, 8, params, input, output, residual, own, start, end);
}

export function depthwise3x3s1m2_4x8(
  params: DwconvParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  rows(K3S1M2_4X8, 4, 8, params, input, output, residual, own, start, end);
}

export function depthwise3x3s2_1x8(
  params: DwconvParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  rows(K3S2_1X8, 1, 8, params, input, output, residual, own, start, end);
}

export function depthwise3x3s2_2x16(
  params: DwconvParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  rows(K3S2_2X16, 2, 16, params, input, output, residual, own, start, end);
}

export function depthwise5x5s1_4x4(
  params: DwconvParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  rows(K5S1_4X4, 4, 4, params, input, output, residual, own, start, end);
}

export function depthwise5x5s1_4x8(
  params: DwconvParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  rows(K5S1_4X8, 4, 8, params, input, output, residual, own, start, end);
}

export function depthwise5x5s2_2x4(
  params: DwconvParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  rows(K5S2_2X4, 2, 4, params, input, output, residual, own, start, end);
}

export function depthwise5x5s2_4x8(
  params: DwconvParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  rows(K5S2_4X8, 4, 8, params, input, output, residual, own, start, end);
}

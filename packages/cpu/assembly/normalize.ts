/** Normalisations: groups of channels over all pixels of an image, and the channels of each pixel. Both take the variance about the mean. */

import { GroupNormParams, LayerNormParams } from "./operation-params";
import { storeLanes } from "./simd";

/**
 * Computes the jobs `start` to `end` of images x chunks of groups. `own` is this worker's part of the workspace: a list of means and a list of
 * factors, one number for each channel of a chunk.
 */
export function groupNorm(
  params: GroupNormParams,
  input: usize,
  output: usize,
  _residual: usize,
  _shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  const pixel: usize = params.channels << 2;
  const factors = own + params.list;
  // Loop 4, jobs: splits images into chunks of whole groups.
  for (let job = start; job < end; job++) {
    const chunk = job % params.chunks;
    const image = job / params.chunks;
    const channel = chunk * params.chunkChannels;
    const channels = min<i32>(params.chunkChannels, params.channels - channel);
    const from = input + image * params.inputImage + (channel << 2);
    sums(false, params, from, own, own, channels);
    ofGroups(false, params, own, channels);
    sums(true, params, from, own, factors, channels);
    ofGroups(true, params, factors, channels);
    let x = from;
    let y = output + image * params.outputImage + (channel << 2);
    // Loop 2, pixels.
    for (let left = params.pixels; left > 0; left--) {
      // Loop 1, channels.
      for (let c = 0; c < channels; c += 4) {
        const at: usize = c << 2;
        const difference = f32x4.sub(v128.load(x + at), v128.load(own + at));
        storeLanes(y + at, f32x4.mul(difference, v128.load(factors + at)), channels - c);
      }
      x += pixel;
      y += pixel;
    }
  }
}

/**
 * For each channel the sum of its elements, or of the squares of their differences from the mean. Blocks of pixels are added up first,
 * because one sum of very many elements loses digits. The last sixteen channels may be others too, whose sums nobody reads.
 */
function sums(SQUARES: bool, params: GroupNormParams, first: usize, means: usize, to: usize, channels: i32): void {
  const pixel: usize = params.channels << 2;
  const block = params.block;
  // Loop 3, channels: sixteen at a time, a cache line.
  for (; channels > 0; channels -= 16) {
    const m0 = v128.load(means);
    const m1 = v128.load(means, 16);
    const m2 = v128.load(means, 32);
    const m3 = v128.load(means, 48);
    let from = first;
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    // Loop 2, blocks.
    for (let left = params.pixels; left > 0; left -= block) {
      let b0 = f32x4.splat(0);
      let b1 = b0;
      let b2 = b0;
      let b3 = b0;
      // Loop 1, pixels of a block.
      for (let count = min<i32>(block, left); count > 0; count--) {
        b0 = plus(SQUARES, b0, v128.load(from), m0);
        b1 = plus(SQUARES, b1, v128.load(from, 16), m1);
        b2 = plus(SQUARES, b2, v128.load(from, 32), m2);
        b3 = plus(SQUARES, b3, v128.load(from, 48), m3);
        from += pixel;
      }
      s0 = f32x4.add(s0, b0);
      s1 = f32x4.add(s1, b1);
      s2 = f32x4.add(s2, b2);
      s3 = f32x4.add(s3, b3);
    }
    v128.store(to, s0);
    v128.store(to, s1, 16);
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
    first += 64;
    means += 64;
    to += 64;
  }
}

@inline
function plus(SQUARES: bool, sum: v128, x: v128, mean: v128): v128 {
  if (!SQUARES) return f32x4.add(sum, x);
  const difference = f32x4.sub(x, mean);
  return f32x4.add(sum, f32x4.mul(difference, difference));
}

/** Replaces the sums of a group's channels by the group's mean, or by its factor. */
function ofGroups(FACTOR: bool, params: GroupNormParams, list: usize, channels: i32): void {
  const bytes: usize = params.groupChannels << 2;
  for (const last = list + (channels << 2); list < last; list += bytes) {
    let sum: f32 = 0;
    for (let at: usize = 0; at < bytes; at += 4) sum += load<f32>(list + at);
    const mean = sum / params.size;
    const value = FACTOR ? inverseRoot(mean + params.eps) : mean;
    for (let at: usize = 0; at < bytes; at += 4) store<f32>(list + at, value);
  }
}

@inline
function inverseRoot(x: f32): f32 {
  return <f32>1 / sqrt<f32>(x);
}

/** Computes the jobs `start` to `end` of images x chunks of pixels. */
export function layerNorm(
  params: LayerNormParams,
  input: usize,
  output: usize,
  _residual: usize,
  _shared: usize,
  _own: usize,
  start: i32,
  end: i32,
): void {
  const channels = params.channels;
  const pixel: usize = channels << 2;
  // Loop 3, jobs: splits images into chunks of pixels.
  for (let job = start; job < end; job++) {
    const chunk = job % params.chunks;
    const image = job / params.chunks;
    const first = chunk * params.chunkPixels;
    let from = input + image * params.inputImage + first * pixel;
    let to = output + image * params.outputImage + first * pixel;
    // Loop 2, pixels.
    for (let left = min<i32>(params.chunkPixels, params.pixels - first); left > 0; left--) {
      const mean = total(false, from, channels, 0) / <f32>channels;
      const variance = total(true, from, channels, mean) / <f32>channels;
      const factor = f32x4.splat(inverseRoot(variance + params.eps));
      const means = f32x4.splat(mean);
      // Loop 1, channels.
      for (let c = 0; c < channels; c += 4) {
        const at: usize = c << 2;
        storeLanes(to + at, f32x4.mul(f32x4.sub(v128.load(from + at), means), factor), channels - c);
      }
      from += pixel;
      to += pixel;
    }
  }
}

/** The sum of a pixel's channels, or of the squares of their differences from the mean. */
function total(SQUARES: bool, from: usize, channels: i32, mean: f32): f32 {
  const means = f32x4.splat(mean);
  let a = f32x4.splat(0);
  let b = a;
  // Two sums, because an addition waits for the one before it.
  for (; channels >= 8; channels -= 8) {
    a = plus(SQUARES, a, v128.load(from), means);
    b = plus(SQUARES, b, v128.load(from, 16), means);
    from += 32;
  }
  a = f32x4.add(a, b);
  let sum: f32 =
    f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1) + (f32x4.extract_lane(a, 2) + f32x4.extract_lane(a, 3));
  for (; channels > 0; channels--) {
    const x = load<f32>(from);
    sum += SQUARES ? (x - mean) * (x - mean) : x;
    from += 4;
  }
  return sum;
}

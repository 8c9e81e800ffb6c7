/** assembly/normalize.ts in TypeScript; sums and squares in float64. */

import type { KernelMemory, RangeKernel } from "../../kernel-set.js";
import { GROUP_NORM_PARAMS, LAYER_NORM_PARAMS } from "../../operations/params.js";
import { fieldIndices } from "../../params.js";
import { viewsOf } from "../views.js";

const GROUP = fieldIndices(GROUP_NORM_PARAMS);
const LAYER = fieldIndices(LAYER_NORM_PARAMS);

export function groupNormJs(memory: KernelMemory): RangeKernel {
  const views = viewsOf(memory);
  return (params, input, output, _residual, _shared, _own, start, end) => {
    const { f32, i32 } = views();
    const p = params >>> 2;
    const field = (index: number): number => i32[p + index]!;
    const [channels, each] = [field(GROUP.channels), field(GROUP.groupChannels)];
    const [chunkChannels, chunks] = [field(GROUP.chunkChannels), field(GROUP.chunks)];
    const [inputImage, outputImage] = [field(GROUP.inputImage) >>> 2, field(GROUP.outputImage) >>> 2];
    const pixels = field(GROUP.pixels);
    const eps = f32[p + GROUP.eps]!;

    for (let job = start; job < end; job++) {
      const chunk = job % chunks;
      const image = Math.floor(job / chunks);
      const last = Math.min((chunk + 1) * chunkChannels, channels);
      for (let channel = chunk * chunkChannels; channel < last; channel += each) {
        const from = (input >>> 2) + image * inputImage + channel;
        const to = (output >>> 2) + image * outputImage + channel;
        normalize(f32, from, to, pixels, each, channels, eps);
      }
    }
  };
}

export function layerNormJs(memory: KernelMemory): RangeKernel {
  const views = viewsOf(memory);
  return (params, input, output, _residual, _shared, _own, start, end) => {
    const { f32, i32 } = views();
    const p = params >>> 2;
    const field = (index: number): number => i32[p + index]!;
    const [pixels, channels] = [field(LAYER.pixels), field(LAYER.channels)];
    const [chunkPixels, chunks] = [field(LAYER.chunkPixels), field(LAYER.chunks)];
    const [inputImage, outputImage] = [field(LAYER.inputImage) >>> 2, field(LAYER.outputImage) >>> 2];
    const eps = f32[p + LAYER.eps]!;

    for (let job = start; job < end; job++) {
      const chunk = job % chunks;
      const image = Math.floor(job / chunks);
      const last = Math.min((chunk + 1) * chunkPixels, pixels);
      for (let pixel = chunk * chunkPixels; pixel < last; pixel++) {
        const from = (input >>> 2) + image * inputImage + pixel * channels;
        const to = (output >>> 2) + image * outputImage + pixel * channels;
        normalize(f32, from, to, 1, channels, channels, eps);
      }
    }
  };
}

/** Normalises `count` runs of `run` numbers. `stride` numbers lie between the beginnings of two runs. */
function normalize(
  f32: Float32Array,
  from: number,
  to: number,
  count: number,
  run: number,
  stride: number,
  eps: number,
): void {
  let sum = 0;
  for (let row = 0; row < count; row++) for (let at = 0; at < run; at++) sum += f32[from + row * stride + at]!;
  const mean = sum / (count * run);
  let squares = 0;
  for (let row = 0; row < count; row++) {
    for (let at = 0; at < run; at++) squares += (f32[from + row * stride + at]! - mean) ** 2;
  }
  const factor = 1 / Math.sqrt(squares / (count * run) + eps);
  for (let row = 0; row < count; row++) {
    for (let at = 0; at < run; at++) f32[to + row * stride + at] = (f32[from + row * stride + at]! - mean) * factor;
  }
}

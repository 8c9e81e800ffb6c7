/** Copies between the caller's arrays in NCHW and tensors, in WebAssembly, which can reach only its own memory. */

import type { Copies, KernelMemory } from "./kernel-set.js";

/**
 * Bytes of the staging area at the start of the memory. A block of an image lies there on its way, channel by channel. Between the caller's array
 * and the staging area the engine copies runs of pixels, as fast as memory allows; a kernel transposes the block.
 * docs/kernels.md, "Copies", has the measurement.
 */
export const STAGING = 65536;

/** The most channels of a block, so that a run of one channel is long enough to be worth a call. */
const MOST_CHANNELS = 128;

/** Elements of a cache line. */
const LINE = 16;

/** Kernels from channels in rows to pixels in rows, and back: see assembly/transpose.ts. Addresses and distances are in bytes. */
export interface TransposeKernels {
  readonly toNhwc: (
    from: number,
    fromChannel: number,
    to: number,
    toPixel: number,
    channels: number,
    pixels: number,
  ) => void;
  readonly toNchw: (
    from: number,
    fromPixel: number,
    to: number,
    toChannel: number,
    channels: number,
    pixels: number,
  ) => void;
}

/** @param kernels of an instance over `memory` */
export function createWasmCopies(memory: KernelMemory, { toNhwc, toNchw }: TransposeKernels): Copies {
  let staging = new Float32Array(memory.buffer, 0, STAGING / 4);
  const stagingNow = (): Float32Array => {
    if (staging.buffer !== memory.buffer) staging = new Float32Array(memory.buffer, 0, STAGING / 4);
    return staging;
  };
  return {
    toNhwc(host, device, channels, pixels) {
      const view = stagingNow();
      forEachBlock(channels, pixels, (channel, blockChannels, pixel, blockPixels, row) => {
        for (let c = 0; c < blockChannels; c++) {
          const at = (channel + c) * pixels + pixel;
          view.set(host.subarray(at, at + blockPixels), c * row);
        }
        const to = device + 4 * (pixel * channels + channel);
        toNhwc(0, 4 * row, to, 4 * channels, blockChannels, blockPixels);
      });
    },
    toNchw(device, host, channels, pixels) {
      const view = stagingNow();
      forEachBlock(channels, pixels, (channel, blockChannels, pixel, blockPixels, row) => {
        const from = device + 4 * (pixel * channels + channel);
        toNchw(from, 4 * channels, 0, 4 * row, blockChannels, blockPixels);
        for (let c = 0; c < blockChannels; c++) {
          host.set(view.subarray(c * row, c * row + blockPixels), (channel + c) * pixels + pixel);
        }
      });
    },
  };
}

/**
 * Cuts an image into blocks that fit the staging area. `row` is the distance of two channels there, in elements. It is an odd number of cache
 * lines: if it were a power of two, the same pixel of all channels would fall into a few sets of the cache.
 */
function forEachBlock(
  channels: number,
  pixels: number,
  each: (channel: number, blockChannels: number, pixel: number, blockPixels: number, row: number) => void,
): void {
  const mostChannels = Math.min(channels, MOST_CHANNELS);
  const lines = Math.floor(STAGING / 4 / LINE / mostChannels);
  const row = LINE * (lines % 2 === 0 ? lines - 1 : lines);
  for (let pixel = 0; pixel < pixels; pixel += row) {
    const blockPixels = Math.min(row, pixels - pixel);
    for (let channel = 0; channel < channels; channel += mostChannels) {
      each(channel, Math.min(mostChannels, channels - channel), pixel, blockPixels, row);
    }
  }
}

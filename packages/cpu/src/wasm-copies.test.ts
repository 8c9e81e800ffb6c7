/** Copies between layouts at the level of memory: what they write, what they leave alone, and that they read nothing past the end. */

import { describe, expect, it } from "vitest";
import { createJsKernels } from "./js-kernels/index.js";
import type { KernelSet } from "./kernel-set.js";
import { loadWasmKernels } from "./wasm.js";
import { STAGING } from "./wasm-copies.js";

const SENTINEL = 12345.5;
const MEMORY = 2 ** 22;

const KERNEL_SETS: readonly (readonly [name: string, load: () => Promise<KernelSet>])[] = [
  ["simd128", () => loadWasmKernels({ simd: "simd128" }, MEMORY)],
  ["relaxed", () => loadWasmKernels({ simd: "relaxed" }, MEMORY)],
  ["JavaScript", async () => createJsKernels(MEMORY)],
];

const UP_TO_9 = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/** Channels and pixels: all that a vector can be short of, then images of several blocks, whole ones and ragged ones. */
const IMAGES: readonly (readonly [channels: number, pixels: number])[] = [
  ...UP_TO_9.flatMap((channels) => UP_TO_9.map((pixels) => [channels, pixels] as const)),
  ...[2, 3, 4, 5, 32, 127, 128].flatMap((channels) => {
    const block = Math.floor(STAGING / 4 / channels);
    return [block - 17, block, block + 1, 2 * block + 3].map((pixels) => [channels, pixels] as const);
  }),
  ...[1, 2, 3, 4, 128, 131].map((more) => [128 + more, 150] as const),
  [1280, 49],
];

/** A number of its own for each element, at the place where the layouts have it. */
function images(channels: number, pixels: number) {
  const nchw = Float32Array.from({ length: channels * pixels }, (_, index) => index + 1);
  const nhwc = Float32Array.from(nchw, (_, index) => nchw[(index % channels) * pixels + Math.floor(index / channels)]!);
  return { nchw, nhwc };
}

/** `count` elements where `content` is, between sentinels. */
function between(content: Float32Array, count: number, at: number): Float32Array {
  const all = new Float32Array(count).fill(SENTINEL);
  all.set(content, at);
  return all;
}

/** By the bytes, which is many times as fast as one element after the other. */
function expectSame(actual: Float32Array, expected: Float32Array, what: string): void {
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
    Buffer.from(buffer, byteOffset, byteLength);
  expect(bytes(actual).equals(bytes(expected)), what).toBe(true);
}

describe.each(KERNEL_SETS)("copies of %s", (_, load) => {
  it.each([
    ["between other data", 8],
    ["at the end of memory", 0],
  ])("write their target and nothing else, in memory %s", async (_where, after) => {
    const { memory, copies } = await load();
    memory.grow(MEMORY);
    const f32 = new Float32Array(memory.buffer);
    const staging = memory.staging / 4;
    for (const [channels, pixels] of IMAGES) {
      const what = `${channels} x ${pixels}`;
      const { nchw, nhwc } = images(channels, pixels);
      const count = nchw.length;
      const device = f32.length - after - count;
      const expected = between(nhwc, f32.length, device).subarray(staging);
      const expectedHost = between(nchw, count + 16, 8);

      f32.fill(SENTINEL);
      const given = expectedHost.slice();
      copies.toNhwc(given.subarray(8, 8 + count), 4 * device, channels, pixels);
      expectSame(f32.subarray(staging), expected, `${what}, to the device`);
      expectSame(given, expectedHost, `${what}, what was given`);

      const taken = new Float32Array(count + 16).fill(SENTINEL);
      copies.toNchw(4 * device, taken.subarray(8, 8 + count), channels, pixels);
      expectSame(taken, expectedHost, `${what}, from the device`);
      expectSame(f32.subarray(staging), expected, `${what}, what was read`);
    }
  });

  it("work after the memory has grown", async () => {
    const { memory, copies } = await load();
    const { nchw, nhwc } = images(5, 7);
    copies.toNchw(0, new Float32Array(35), 5, 7);
    memory.grow(MEMORY);
    const device = MEMORY - 4 * 35;
    copies.toNhwc(nchw, device, 5, 7);
    expect(new Float32Array(memory.buffer, device, 35)).toEqual(nhwc);
    const host = new Float32Array(35);
    copies.toNchw(device, host, 5, 7);
    expect(host).toEqual(nchw);
  });
});

/**
 * The layout of a tensor in kernel memory: NHWC. Before each image lies a row of zeros of one pixel's size, which taps on zero padding read.
 * Each plan that needs the row writes it before it runs, so no other code has to keep it zero.
 *
 * Rows of zeros and images begin at cache lines. If that would take more than twice the data, they begin at vectors or at numbers. So a batch
 * of any shape takes at most twice its data, and a few bytes at its end.
 */

import type { Layout, Lifetime, Shape4, Tensor } from "@convene/core";
import { zeros } from "@convene/core";
import { planMemory } from "@convene/core/backend";
import { ALIGNMENT, type Arena, alignUp } from "./arena.js";
import type { Copies } from "./kernel-set.js";

/** Sizes in bytes that follow from a shape. */
export interface StorageLayout {
  /** From the row of zeros to the first pixel. */
  readonly zeroRow: number;
  /** From an image to the next. */
  readonly image: number;
  readonly total: number;
}

export interface Storage extends StorageLayout {
  readonly shape: Shape4;
  /** The address of the first byte, which belongs to the first image's row of zeros. */
  readonly address: number;
  /** Address of the first pixel of the first image. */
  readonly data: number;
}

/** Kernels load up to four vectors of four at a time, so the last pixel may be read past its end by up to fifteen channels. */
const OVERREAD = 60;

/** Possible alignments of rows of zeros and images, in bytes: a cache line, a vector, a number. */
const ALIGNMENTS = [ALIGNMENT, 16, 4] as const;

export function storageLayout([n, c, h, w]: Shape4): StorageLayout {
  const data = 4 * c * h * w;
  const sizes = (alignment: number): readonly [zeroRow: number, image: number] => {
    const zeroRow = alignUp(4 * c, alignment);
    return [zeroRow, zeroRow + alignUp(data, alignment)];
  };
  // The last alignment is always allowed: it adds nothing to the zeros and the data.
  const alignment = ALIGNMENTS.find((one) => sizes(one)[1] <= 2 * data)!;
  const [zeroRow, image] = sizes(alignment);
  return { zeroRow, image, total: alignUp((n - 1) * image + zeroRow + data + OVERREAD) };
}

export function storageAt(address: number, shape: Shape4): Storage {
  const { zeroRow, image, total } = storageLayout(shape);
  return { zeroRow, image, total, shape, address, data: address + zeroRow };
}

/** Allocates memory for a tensor. @throws ConveneError `ERR_OUT_OF_MEMORY` */
export function allocateStorage(arena: Arena, shape: Shape4): Storage {
  return storageAt(arena.allocate(storageLayout(shape).total, `a tensor of ${shape.join(" x ")}`), shape);
}

/** Allocates one piece of memory, from `address` on, for tensors with lifetimes. */
export function allocateSharedStorages(
  arena: Arena,
  lifetimes: readonly Lifetime[],
): { readonly storages: readonly Storage[]; readonly address: number } {
  const { offsets, total } = planMemory(
    lifetimes.map(({ shape, from, to }) => ({ size: storageLayout(shape).total, from, to })),
  );
  const address = arena.allocate(total, `a network of ${lifetimes.length} tensors`);
  return { storages: lifetimes.map(({ shape }, index) => storageAt(address + offsets[index]!, shape)), address };
}

/** Writes the rows of zeros. */
export function clearZeroRows(arena: Arena, { shape, address, zeroRow, image }: Storage): void {
  clearRows(arena, address, zeroRow, image, shape[0]);
}

/** Writes zeros: `rows` times `bytes` bytes, `stride` bytes apart, from `address` on. All numbers are multiples of 4. */
export function clearRows(arena: Arena, address: number, bytes: number, stride: number, rows: number): void {
  const { f32 } = arena;
  const count = bytes / 4;
  for (let row = 0; row < rows; row++) {
    const at = (address + row * stride) / 4;
    if (count < FEW) for (let i = 0; i < count; i++) f32[at + i] = 0;
    else f32.fill(0, at, at + count);
  }
}

export function writeTensor(arena: Arena, copies: Copies, storage: Storage, tensor: Tensor): void {
  if (hasSmallImages(storage)) {
    const host = bitsOf(tensor.data);
    const { i32 } = arena;
    forEachElement(storage, tensor.layout, (device, at) => void (i32[device] = host[at]!));
    return;
  }
  forEachImage(storage, tensor, (device, host, channels, pixels) => {
    if (isNhwc(tensor.layout, channels, pixels)) arena.f32.set(host, device / 4);
    else copies.toNhwc(host, device, channels, pixels);
  });
}

export function readTensor(arena: Arena, copies: Copies, storage: Storage, layout: Layout): Tensor {
  const target = zeros(storage.shape, { layout });
  readInto(arena, copies, storage, target);
  return target;
}

export function readInto(arena: Arena, copies: Copies, storage: Storage, target: Tensor): void {
  if (hasSmallImages(storage)) {
    const host = bitsOf(target.data);
    const { i32 } = arena;
    forEachElement(storage, target.layout, (device, at) => void (host[at] = i32[device]!));
    return;
  }
  forEachImage(storage, target, (device, host, channels, pixels) => {
    if (isNhwc(target.layout, channels, pixels)) host.set(arena.f32.subarray(device / 4, device / 4 + host.length));
    else copies.toNchw(device, host, channels, pixels);
  });
}

/** With fewer elements a loop is faster than making a typed array for the copy. */
const FEW = 64;

/** Whether the images of a batch are so small that the work for each image would take most of the time. */
function hasSmallImages({ shape: [n, c, h, w] }: Storage): boolean {
  return n > 1 && c * h * w < FEW;
}

/** The same memory as integers, so that the bits of a NaN stay as they are. */
function bitsOf({ buffer, byteOffset, length }: Float32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
}

/** @param copy called with an element's place in the memory and its place in the host's array, both in elements */
function forEachElement(
  { data, image, shape: [n, c, h, w] }: Storage,
  layout: Layout,
  copy: (device: number, host: number) => void,
): void {
  const pixels = h * w;
  const [hostPixel, hostChannel] = layout === "nhwc" ? [c, 1] : [1, pixels];
  for (let i = 0; i < n; i++) {
    let device = (data + i * image) / 4;
    for (let pixel = 0; pixel < pixels; pixel++) {
      const at = i * c * pixels + pixel * hostPixel;
      for (let channel = 0; channel < c; channel++) copy(device++, at + channel * hostChannel);
    }
  }
}

/** Whether the elements have the device's order. With one channel, or one pixel, both layouts are the same. */
function isNhwc(layout: Layout, channels: number, pixels: number): boolean {
  return layout === "nhwc" || channels === 1 || pixels === 1;
}

/** @param copy called with the address of an image's first pixel, and the image's elements on the host */
function forEachImage(
  { data, image }: Storage,
  { shape, data: elements }: Tensor,
  copy: (device: number, host: Float32Array, channels: number, pixels: number) => void,
): void {
  const [n, c, h, w] = shape;
  const count = c * h * w;
  for (let i = 0; i < n; i++) copy(data + i * image, elements.subarray(i * count, (i + 1) * count), c, h * w);
}

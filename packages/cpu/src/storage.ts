/**
 * How a tensor lies in kernel memory: NHWC, each image after a row of zeros of one pixel's size, which is where taps on
 * zero padding read. The row is written by each plan that needs it, before it runs, so nothing else has to keep it zero.
 */

import type { Layout, Lifetime, Shape4, Tensor } from "@convene/core";
import { planMemory, zeros } from "@convene/core";
import { type Arena, alignUp } from "./arena.js";
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
  /** Where it begins: the first image's row of zeros. */
  readonly address: number;
  /** Address of the first pixel of the first image. */
  readonly data: number;
}

/** Kernels load up to four vectors of four at a time, so the last pixel may be read past its end by up to fifteen channels. */
const OVERREAD = 60;

export function storageLayout([n, c, h, w]: Shape4): StorageLayout {
  const zeroRow = alignUp(4 * c);
  const image = zeroRow + alignUp(4 * c * h * w + OVERREAD);
  return { zeroRow, image, total: n * image };
}

export function storageAt(address: number, shape: Shape4): Storage {
  const layout = storageLayout(shape);
  return { ...layout, shape, address, data: address + layout.zeroRow };
}

/** Memory for a tensor. @throws ConveneError `ERR_OUT_OF_MEMORY` */
export function allocateStorage(arena: Arena, shape: Shape4): Storage {
  return storageAt(arena.allocate(storageLayout(shape).total, `a tensor of ${shape.join(" x ")}`), shape);
}

/** One piece of memory, from `address` on, for tensors that need not all live at once. */
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

/** Writes zeros: `rows` times `bytes` bytes, `stride` bytes apart, from `address` on. Multiples of 4, all of them. */
export function clearRows(arena: Arena, address: number, bytes: number, stride: number, rows: number): void {
  const { f32 } = arena;
  for (let row = 0; row < rows; row++) {
    const at = (address + row * stride) / 4;
    f32.fill(0, at, at + bytes / 4);
  }
}

export function writeTensor(arena: Arena, copies: Copies, storage: Storage, tensor: Tensor): void {
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
  forEachImage(storage, target, (device, host, channels, pixels) => {
    if (isNhwc(target.layout, channels, pixels)) host.set(arena.f32.subarray(device / 4, device / 4 + host.length));
    else copies.toNchw(device, host, channels, pixels);
  });
}

/** Whether elements lie as on the device: with one channel, or one pixel, both layouts are the same. */
function isNhwc(layout: Layout, channels: number, pixels: number): boolean {
  return layout === "nhwc" || channels === 1 || pixels === 1;
}

/** @param copy gets the address of an image's first pixel, and the image's elements on the host */
function forEachImage(
  { data, image }: Storage,
  { shape, data: elements }: Tensor,
  copy: (device: number, host: Float32Array, channels: number, pixels: number) => void,
): void {
  const [n, c, h, w] = shape;
  const count = c * h * w;
  for (let i = 0; i < n; i++) copy(data + i * image, elements.subarray(i * count, (i + 1) * count), c, h * w);
}

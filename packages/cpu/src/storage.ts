/**
 * How a tensor lies in kernel memory: NHWC, each image after a row of zeros of one pixel's size, which is where taps on
 * zero padding read. The row is written by each plan that needs it, before it runs, so nothing else has to keep it zero.
 */

import type { Layout, Lifetime, Shape4, Tensor } from "@convene/core";
import { planMemory, transpose, zeros } from "@convene/core";
import { type Arena, alignUp } from "./arena.js";

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

/** Kernels load two vectors of four at a time, so the last pixel may be read past its end by up to seven channels. */
const OVERREAD = 28;

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

export function writeTensor(arena: Arena, storage: Storage, tensor: Tensor): void {
  forEachImage(arena, storage, tensor, (device, host, pixels, channels) => {
    if (tensor.layout === "nhwc") device.set(host);
    else transpose(host, device, channels, pixels);
  });
}

export function readTensor(arena: Arena, storage: Storage, layout: Layout): Tensor {
  const tensor = zeros(storage.shape, { layout });
  forEachImage(arena, storage, tensor, (device, host, pixels, channels) => {
    if (layout === "nhwc") host.set(device);
    else transpose(device, host, pixels, channels);
  });
  return tensor;
}

function forEachImage(
  arena: Arena,
  { data, image }: Storage,
  { shape, data: elements }: Tensor,
  copy: (device: Float32Array, host: Float32Array, pixels: number, channels: number) => void,
): void {
  const [n, c, h, w] = shape;
  const count = c * h * w;
  for (let i = 0; i < n; i++) {
    const at = (data + i * image) / 4;
    copy(arena.f32.subarray(at, at + count), elements.subarray(i * count, (i + 1) * count), h * w, c);
  }
}

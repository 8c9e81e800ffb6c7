/**
 * Decides which tensors share a buffer or texture. A tensor cannot be a part of a larger object, so whole objects are shared:
 * "greedy by size for shared objects" of Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference" (2020).
 */

import type { Nc4hw4 } from "./nc4hw4.js";
import { lengthOf } from "./nc4hw4.js";

interface Lifetime {
  readonly from: number;
  readonly to: number;
}

/** One object on the device. */
export interface Shared {
  /** The index of the largest tensor, whose planes the object must hold. */
  readonly largest: number;
  /** The indices of all tensors in the object, `largest` included. No two of their lifetimes meet. */
  readonly users: readonly number[];
}

/** @param fits whether an object that was made for the first argument can hold the second argument, which is no larger */
export function shareMemory(
  lifetimes: readonly Lifetime[],
  planes: readonly Nc4hw4[],
  fits: (object: Nc4hw4, planes: Nc4hw4) => boolean,
): readonly Shared[] {
  const bySize = lifetimes
    .map((_, index) => index)
    .sort((a, b) => lengthOf(planes[b]!) - lengthOf(planes[a]!) || a - b);
  const meet = (a: Lifetime, b: Lifetime): boolean => a.from <= b.to && b.from <= a.to;
  const objects: { readonly largest: number; readonly users: number[] }[] = [];
  for (const index of bySize) {
    const object = objects.find(
      ({ largest, users }) =>
        fits(planes[largest]!, planes[index]!) && users.every((user) => !meet(lifetimes[user]!, lifetimes[index]!)),
    );
    if (object) object.users.push(index);
    else objects.push({ largest: index, users: [index] });
  }
  return objects;
}

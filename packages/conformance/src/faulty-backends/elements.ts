/** Walks over the elements of a tensor, for faults that affect some of the elements. */

import { type Conv2dProblem, outputShape, type Shape4 } from "@convene/core";
import type { Operands } from "../operands.js";
import { rememberedConv2d } from "../remembered-reference.js";
import { faultyCompute } from "./faulty-backend.js";

/** One element: its coordinates in the tensor, and its index in NCHW order. */
export interface Element {
  readonly image: number;
  readonly c: number;
  readonly y: number;
  readonly x: number;
  readonly at: number;
}

/** Every element of a tensor of this shape, in NCHW order. */
export function* elements([n, channels, h, w]: Shape4): Generator<Element> {
  let at = 0;
  for (let image = 0; image < n; image++) {
    for (let c = 0; c < channels; c++) {
      for (let y = 0; y < h; y++) {
        for (let x = 0; x < w; x++) yield { image, c, y, x, at: at++ };
      }
    }
  }
}

/** A tensor of this shape, whose elements are read from other places of `data`. For `undefined` an element is zero. */
export function gather(
  shape: Shape4,
  data: Float32Array,
  source: (element: Element) => number | undefined,
): Float32Array {
  const result = new Float32Array(shape[0] * shape[1] * shape[2] * shape[3]);
  for (const element of elements(shape)) {
    const from = source(element);
    if (from !== undefined) result[element.at] = data[from]!;
  }
  return result;
}

/** A fault in which `value` replaces each right element. For `undefined` the element is not written. */
export function faultyElements(
  name: string,
  value: (
    element: Element,
    result: Float64Array,
    problem: Conv2dProblem,
    operands: Operands,
    before: number,
  ) => number | undefined,
): ReturnType<typeof faultyCompute> {
  return faultyCompute(name, (problem, operands, output) => {
    const result = rememberedConv2d(problem, operands).output;
    for (const element of elements(outputShape(problem))) {
      const written = value(element, result, problem, operands, output[element.at]!);
      if (written !== undefined) output[element.at] = written;
    }
  });
}

/**
 * Planes in a texture, which has two sides of limited length: they lie below each other, in as many columns as that takes.
 */

import { LANES, lengthOf, type Planes } from "./planes.js";

/** A texture's size, and the columns of planes in it. */
export interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly columns: number;
}

/** As few columns as a texture of at most `side` by `side` allows; `undefined` where no number of them will do. */
export function sheetOf({ planes, height, width }: Planes, side: number): Sheet | undefined {
  const columns = Math.ceil(planes / Math.floor(side / height));
  if (!(columns * width <= side)) return undefined;
  // gpu.js gives a kernel of a single row a texture of some other shape.
  return { width: columns * width, height: Math.max(2, Math.ceil(planes / columns) * height), columns };
}

/** Planes as they lie in a texture of `sheetOf`. */
export function toSheet(data: Float32Array<ArrayBuffer>, planes: Planes, side: number): Float32Array<ArrayBuffer> {
  const { width, height, columns } = sheetOf(planes, side)!;
  if (columns === 1 && data.length === LANES * width * height) return data;
  const sheet = new Float32Array(LANES * width * height);
  eachRow(planes, side, (inPlanes, inSheet, count) => {
    sheet.set(data.subarray(inPlanes, inPlanes + count), inSheet);
  });
  return sheet;
}

export function fromSheet(sheet: Float32Array, planes: Planes, side: number): Float32Array {
  const length = lengthOf(planes);
  if (sheetOf(planes, side)!.columns === 1 && sheet.length === length) return sheet;
  const data = new Float32Array(length);
  eachRow(planes, side, (inPlanes, inSheet, count) => {
    data.set(sheet.subarray(inSheet, inSheet + count), inPlanes);
  });
  return data;
}

function eachRow(
  { planes, height, width }: Planes,
  side: number,
  work: (inPlanes: number, inSheet: number, count: number) => void,
): void {
  const { columns, width: across } = sheetOf({ planes, height, width }, side)!;
  for (let plane = 0; plane < planes; plane++) {
    const [row, column] = [Math.floor(plane / columns) * height, (plane % columns) * width];
    for (let y = 0; y < height; y++) {
      work(LANES * (plane * height + y) * width, LANES * ((row + y) * across + column), LANES * width);
    }
  }
}

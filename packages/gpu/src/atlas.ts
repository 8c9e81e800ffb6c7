/**
 * An array in NC4HW4 as an atlas. A texture has two sides of limited length, so the planes lie below each other, in several columns
 * where one column would be too high.
 */

import { LANES, lengthOf, type Nc4hw4 } from "./nc4hw4.js";

/** A texture's size, and the columns of planes in it. */
export interface Atlas {
  readonly width: number;
  readonly height: number;
  readonly columns: number;
}

/** The atlas with the fewest columns that fits a texture of `side` by `side`; `undefined` if no atlas fits. */
export function atlasOf({ planes, height, width }: Nc4hw4, side: number): Atlas | undefined {
  const columns = Math.ceil(planes / Math.floor(side / height));
  if (!(columns * width <= side)) return undefined;
  // At least two rows, because gpu.js gives a kernel of a single row a texture of another shape.
  return { width: columns * width, height: Math.max(2, Math.ceil(planes / columns) * height), columns };
}

/** Rearranges an array in NC4HW4 for a texture of `atlasOf`. */
export function toAtlas(data: Float32Array<ArrayBuffer>, planes: Nc4hw4, side: number): Float32Array<ArrayBuffer> {
  const { width, height, columns } = atlasOf(planes, side)!;
  if (columns === 1 && data.length === LANES * width * height) return data;
  const atlas = new Float32Array(LANES * width * height);
  eachRow(planes, side, (inPlanes, inAtlas, count) => {
    atlas.set(data.subarray(inPlanes, inPlanes + count), inAtlas);
  });
  return atlas;
}

export function fromAtlas(atlas: Float32Array, planes: Nc4hw4, side: number): Float32Array {
  const length = lengthOf(planes);
  if (atlasOf(planes, side)!.columns === 1 && atlas.length === length) return atlas;
  const data = new Float32Array(length);
  eachRow(planes, side, (inPlanes, inAtlas, count) => {
    data.set(atlas.subarray(inAtlas, inAtlas + count), inPlanes);
  });
  return data;
}

function eachRow(
  { planes, height, width }: Nc4hw4,
  side: number,
  work: (inPlanes: number, inAtlas: number, count: number) => void,
): void {
  const { columns, width: across } = atlasOf({ planes, height, width }, side)!;
  for (let plane = 0; plane < planes; plane++) {
    const [row, column] = [Math.floor(plane / columns) * height, (plane % columns) * width];
    for (let y = 0; y < height; y++) {
      work(LANES * (plane * height + y) * width, LANES * ((row + y) * across + column), LANES * width);
    }
  }
}

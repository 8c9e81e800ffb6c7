import { describe, expect, it } from "vitest";
import { fromAtlas, atlasOf, toAtlas } from "./atlas.js";

describe("an atlas", () => {
  it.each([
    [
      "one below the other, if the texture is high enough",
      { planes: 16, height: 14, width: 14 },
      { width: 14, height: 224, columns: 1 },
    ],
    [
      "in columns, if one column is higher than the texture",
      { planes: 1000, height: 100, width: 3 },
      { width: 39, height: 7700, columns: 13 },
    ],
    ["never in a single row", { planes: 1, height: 1, width: 9 }, { width: 9, height: 2, columns: 1 }],
  ])("holds planes %s", (_, planes, atlas) => expect(atlasOf(planes, 8192)).toEqual(atlas));

  it.each([
    ["a plane too wide", { planes: 1, height: 1, width: 8193 }],
    ["a plane too high", { planes: 1, height: 8193, width: 1 }],
    ["too many planes", { planes: 4096, height: 200, width: 200 }],
  ])("is undefined for %s", (_, planes) => expect(atlasOf(planes, 8192)).toBeUndefined());
});

describe("planes in a texture", () => {
  const counting = (length: number): Float32Array<ArrayBuffer> => Float32Array.from({ length }, (_, i) => i + 1);

  it("keep their order if they fill one column", () => {
    const planes = { planes: 3, height: 2, width: 2 };
    const data = counting(48);
    expect(toAtlas(data, planes, 64)).toBe(data);
    expect(fromAtlas(data, planes, 64)).toBe(data);
  });

  it("lie in columns, and fromAtlas gives them back", () => {
    // Two columns of two: the third below the first.
    const planes = { planes: 3, height: 2, width: 1 };
    const atlas = toAtlas(counting(24), planes, 4);
    const reds = Array.from({ length: atlas.length / 4 }, (_, i) => atlas[4 * i]);
    expect(reds).toEqual([1, 9, 5, 13, 17, 0, 21, 0]);
    expect(fromAtlas(atlas, planes, 4)).toEqual(counting(24));
  });

  it("lie in columns also if they fill every column", () => {
    const planes = { planes: 4, height: 2, width: 1 };
    const atlas = toAtlas(counting(32), planes, 4);
    expect([0, 1, 2, 3].map((i) => atlas[4 * i])).toEqual([1, 9, 5, 13]);
    expect(fromAtlas(atlas, planes, 4)).toEqual(counting(32));
  });
});

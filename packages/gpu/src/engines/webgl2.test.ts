import { describe, expect, it } from "vitest";
import { fromSheet, openWebGl2, toSheet } from "./webgl2.js";

describe("planes in a texture", () => {
  const counting = (length: number): Float32Array<ArrayBuffer> => Float32Array.from({ length }, (_, i) => i + 1);

  it("are as they were where they fill it", () => {
    const planes = { planes: 3, height: 2, width: 2 };
    const data = counting(48);
    expect(toSheet(data, planes, 64)).toBe(data);
    expect(fromSheet(data, planes, 64)).toBe(data);
  });

  it("lie in columns, and come back", () => {
    // Two columns of two: the third below the first.
    const planes = { planes: 3, height: 2, width: 1 };
    const sheet = toSheet(counting(24), planes, 4);
    const reds = Array.from({ length: sheet.length / 4 }, (_, i) => sheet[4 * i]);
    expect(reds).toEqual([1, 9, 5, 13, 17, 0, 21, 0]);
    expect(fromSheet(sheet, planes, 4)).toEqual(counting(24));
  });

  it("lie in columns where they fill those, too", () => {
    const planes = { planes: 4, height: 2, width: 1 };
    const sheet = toSheet(counting(32), planes, 4);
    expect([0, 1, 2, 3].map((i) => sheet[4 * i])).toEqual([1, 9, 5, 13]);
    expect(fromSheet(sheet, planes, 4)).toEqual(counting(32));
  });
});

it("is unavailable where there is no canvas", async () => {
  await expect(openWebGl2()).rejects.toThrow(/there is no WebGL2 here/);
});

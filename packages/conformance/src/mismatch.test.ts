import { describe, expect, it } from "vitest";
import { describeMismatch, drawMismatch, type Mismatch, mismatchOf } from "./mismatch.js";
import { checkExact } from "./rules.js";

/** The mismatch of a zero tensor in which the given elements are 1. */
function mismatchAt(
  shape: readonly [number, number, number, number],
  wrong: (n: number, c: number, h: number, w: number) => boolean,
): Mismatch {
  const [n, c, h, w] = shape;
  const actual = Array.from({ length: n * c * h * w }, (_, index) =>
    wrong(Math.floor(index / (c * h * w)), Math.floor(index / (h * w)) % c, Math.floor(index / w) % h, index % w)
      ? 1
      : 0,
  );
  return mismatchOf(
    shape,
    checkExact(
      actual,
      actual.map(() => 0),
    ),
  )!;
}

describe("a mismatch", () => {
  it("does not exist if all elements agree", () => {
    expect(mismatchOf([1, 1, 1, 2], checkExact([1, 2], [1, 2]))).toBeUndefined();
  });

  it("counts wrong elements by axis", () => {
    const { byAxis, plane, at, wrong } = mismatchAt([2, 3, 2, 2], (n, c, _, w) => n === 1 && c > 0 && w === 1);
    expect(wrong).toBe(4);
    expect(at).toEqual([1, 1, 0, 1]);
    expect(byAxis).toEqual({ n: [0, 4], c: [0, 2, 2], h: [2, 2], w: [0, 4] });
    expect(plane).toEqual([0, 2, 0, 2]);
  });

  it.each([
    [
      "a tail of channels",
      [1, 11, 2, 2],
      (_n: number, c: number) => c >= 8,
      "(channels 8-10 of 11, rows all of 2, columns all of 2)",
    ],
    [
      "a border",
      [1, 1, 4, 4],
      (_n: number, _c: number, h: number) => h === 0 || h === 3,
      "(rows 0, 3 of 4, columns all of 4)",
    ],
    ["the second image", [2, 2, 1, 1], (n: number) => n === 1, "(images 1 of 2, channels all of 2)"],
    ["many ranges", [1, 20, 1, 1], (_n: number, c: number) => c % 2 === 0, "(channels 0, 2, 4, 6, 8, 10, ... of 20)"],
  ] as const)("says where: %s", (_, shape, wrong, where) => {
    expect(describeMismatch(mismatchAt(shape, wrong))).toContain(where);
  });

  it("is drawn as a plane, with marks for right places, places wrong in some channels, and places wrong in all", () => {
    expect(
      drawMismatch(mismatchAt([1, 2, 2, 3], (_n, c, h, w) => h === 1 && (w === 2 || (w === 1 && c === 0)))),
    ).toEqual(["...", ".+#"]);
    expect(drawMismatch(mismatchAt([1, 1, 50, 1], () => true))).toEqual([]);
  });
});

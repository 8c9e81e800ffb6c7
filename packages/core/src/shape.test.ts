import { describe, expect, it } from "vitest";
import {
  asBatchedAs,
  batched,
  checkShape,
  checkShape3or4,
  checkSizes,
  elementCount,
  meantChannelsFirst,
  sameShape,
  type Shape,
  type Shape3,
  type Shape4,
} from "./shape.js";
import { expectError } from "./testing/expect-error.js";

const anyShape = (sizes: unknown): Shape4 => sizes as Shape4;

describe("checkShape", () => {
  it("gives a frozen copy", () => {
    const given: [number, number, number, number] = [2, 3, 4, 5];
    const checked = checkShape(given);
    given[0] = 9;
    expect(checked).toEqual([2, 3, 4, 5]);
    expect(Object.isFrozen(checked)).toBe(true);
  });

  it("takes a batch of 0 and sizes of 1, and makes 0 of −0", () => {
    expect(checkShape([0, 1, 1, 1])).toEqual([0, 1, 1, 1]);
    expect(Object.is(checkShape([-0, 1, 1, 1])[0], 0)).toBe(true);
  });

  it("takes 2^31 − 1 elements and no more, for an empty batch in each image", () => {
    expect(checkShape([1, 1, 1, 2 ** 31 - 1])).toEqual([1, 1, 1, 2 ** 31 - 1]);
    expect(checkShape([0, 1, 1, 2 ** 31 - 1])).toEqual([0, 1, 1, 2 ** 31 - 1]);
    for (const [n, count] of [
      [1, 2 ** 31],
      [0, 2 ** 31],
      [2, 2 ** 32],
    ] as const) {
      const message = `shape ([${n}, 1, 2, 1073741824]) has ${count} elements; the most is 2^31 - 1`;
      expectError(() => checkShape([n, 1, 2, 2 ** 30]), "ERR_SHAPE", message);
    }
  });

  it.each<[sizes: unknown, message: string]>([
    [[1, 2, 3], "shape ([1, 2, 3]) must be [n, c, h, w]"],
    [[1, 2, 3, 4, 5], "must be [n, c, h, w]"],
    [7, "shape (7) must be [n, c, h, w]"],
    [[-1, 1, 1, 1], "shape ([-1, 1, 1, 1]): n (-1) must be an integer of at least 0"],
    [[1, 0, 1, 1], "shape ([1, 0, 1, 1]): c (0) must be an integer of at least 1"],
    [[1, 1, 0.5, 1], "shape ([1, 1, 0.5, 1]): h (0.5) must be an integer of at least 1"],
    [[1, 1, 1, 1.5], "w (1.5) must be an integer of at least 1"],
    [[1, 1, 1, "2"], "must be an integer of at least 1"],
    [[1, 1, NaN, 1], "h (NaN) must be an integer of at least 1"],
  ])("refuses %j", (sizes, message) => {
    expectError(() => checkShape(anyShape(sizes)), "ERR_SHAPE", message);
  });

  it("names the value in its error, and asks for four sizes only", () => {
    expect(() => checkShape(anyShape([1]), "input")).toThrow(/^input \(\[1\]\) must be \[n, c, h, w\]$/);
  });
});

describe.each([
  ["checkShape3or4", checkShape3or4],
  ["checkSizes", checkSizes],
] as const)("%s", (_, check) => {
  const checked = (sizes: unknown): unknown => check(sizes as Shape3);

  it("takes three sizes, which have no batch axis, and four sizes", () => {
    expect(checked([3, 4, 5])).toEqual([3, 4, 5]);
    expect(checked([0, 3, 4, 5])).toEqual([0, 3, 4, 5]);
  });

  it("refuses two sizes, five sizes, and 0 channels, and names the wrong axis", () => {
    expectError(() => checked([3, 4]), "ERR_SHAPE", "shape ([3, 4]) must be [n, c, h, w] or [c, h, w]");
    expectError(() => checked([1, 2, 3, 4, 5]), "ERR_SHAPE", "must be [n, c, h, w] or [c, h, w]");
    expectError(() => checked([0, 4, 5]), "ERR_SHAPE", "shape ([0, 4, 5]): c (0) must be an integer of at least 1");
  });
});

describe("meantChannelsFirst", () => {
  it.each<[given: Shape, meant: Shape | undefined]>([
    [
      [32, 64, 3],
      [3, 32, 64],
    ],
    [
      [2, 32, 64, 3],
      [2, 3, 32, 64],
    ],
    // The channels come first already, or no axis has 3.
    [[3, 64, 3], undefined],
    [[3, 32, 64], undefined],
    [[32, 64, 4], undefined],
  ])("of %j with 3 channels is %j", (given, meant) => {
    expect(meantChannelsFirst(given, 3)).toEqual(meant);
  });
});

it("batched adds a batch of 1 to three sizes", () => {
  expect(batched([3, 4, 5])).toEqual([1, 3, 4, 5]);
  expect(batched([2, 3, 4, 5])).toEqual([2, 3, 4, 5]);
});

it("asBatchedAs leaves the batch out if the other shape has three sizes", () => {
  expect(asBatchedAs<Shape>([7, 8, 9], [1, 3, 4, 5])).toEqual([3, 4, 5]);
  expect(asBatchedAs<Shape>([6, 7, 8, 9], [1, 3, 4, 5])).toEqual([1, 3, 4, 5]);
});

it("elementCount multiplies all sizes", () => {
  expect(elementCount([2, 3, 5])).toBe(30);
  expect(elementCount([0, 2, 3, 5])).toBe(0);
});

it("sameShape compares every size, and the number of axes", () => {
  expect(sameShape([2, 3, 4], [2, 3, 4])).toBe(true);
  expect(sameShape([2, 3, 4], [2, 3, 5])).toBe(false);
  expect(sameShape([2, 3, 4], [2, 3, 4, 1])).toBe(false);
  expect(sameShape([2, 3, 4, 1], [2, 3, 4])).toBe(false);
});

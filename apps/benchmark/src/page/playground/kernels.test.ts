import { describe, expect, test } from "vitest";
import { box, emboss, gabor, gaussian, identity, reachOf, sharpen, sobelX, sobelY, sumOf } from "./kernels.js";

const SIZES = [3, 5, 7] as const;

describe.each(SIZES)("kernels of %i x %i", (size) => {
  test.each([
    ["box", box(size), 1],
    ["gaussian", gaussian(size), 1],
    ["sharpen", sharpen(size), 1],
    ["identity", identity(size), 1],
    ["emboss", emboss(size), 1],
    ["sobel x", sobelX(size), 0],
    ["sobel y", sobelY(size), 0],
    ...[0, 30, 60, 90, 120, 150].map((degrees) => [`gabor ${degrees}`, gabor(size, degrees), 0] as const),
  ] as const)("%s has size² weights, whose sum keeps a flat picture (1) or removes it (0)", (_, kernel, sum) => {
    expect(kernel).toHaveLength(size ** 2);
    expect(sumOf(kernel)).toBeCloseTo(sum, 12);
  });

  test("Sobel's y kernel is the x kernel, turned", () => {
    const x = sobelX(size);
    const turned = x.map((_, at) => x[(at % size) * size + Math.floor(at / size)]!);
    expect(sobelY(size)).toEqual(turned);
  });

  test("a Gabor filter responds to edges at a right angle to its wave", () => {
    const edge = Array.from({ length: size ** 2 }, (_, at) => (at % size === (size - 1) / 2 ? 1 : 0));
    const answer = (degrees: number): number =>
      gabor(size, degrees).reduce((sum, each, at) => sum + each * edge[at]!, 0);
    for (const degrees of [30, 60, 90, 120, 150]) expect(answer(0)).toBeGreaterThan(Math.abs(answer(degrees)));
  });
});

test("kernels of 3 x 3 are those of the books", () => {
  expect(sobelX(3)).toEqual([-1, 0, 1, -2, 0, 2, -1, 0, 1]);
  expect(emboss(3)).toEqual([-2, -1, 0, -1, 1, 1, 0, 1, 2]);
  expect(sobelX(5).slice(0, 5)).toEqual([-1, -2, 0, 2, 1]);
  expect(box(3)).toEqual(new Array(9).fill(1 / 9));
});

test("the reach is the largest result for inputs in [0, 1]", () => {
  expect(reachOf([1, -3, 1.5])).toBe(3);
  expect(reachOf(sobelX(3))).toBe(4);
  expect(reachOf([])).toBe(0);
});

import { expect, test } from "vitest";
import { drawScene } from "./scene.js";

test("is the same each time, has any size, and lies within [0, 1]", () => {
  const one = drawScene(48, 32);
  expect(one.data).toHaveLength(48 * 32 * 3);
  expect(drawScene(48, 32)).toEqual(one);
  expect(one.data.every((value) => value >= 0 && value <= 1)).toBe(true);
  expect(drawScene(1, 1).data.every(Number.isFinite)).toBe(true);
});

test("has colours, and light and dark", () => {
  const { data } = drawScene(48, 32);
  const grey = Array.from({ length: 48 * 32 }, (_, at) => (data[at * 3]! + data[at * 3 + 1]! + data[at * 3 + 2]!) / 3);
  expect(Math.max(...grey) - Math.min(...grey)).toBeGreaterThan(0.6);
  const tinted = grey.filter((_, at) => Math.abs(data[at * 3]! - data[at * 3 + 2]!) > 0.15);
  expect(tinted.length).toBeGreaterThan(300);
});

import { tensor } from "@convene/core";
import { cpu } from "@convene/cpu";
import { expect, it } from "vitest";
import { filter, gaussianBlur } from "./filters.js";

it("a blur's weights add up to one in each channel, so brightness stays", () => {
  const { weight } = gaussianBlur(2).weights;
  const size = weight.length / 3;
  for (let channel = 0; channel < 3; channel++) {
    const sum = weight.subarray(channel * size, (channel + 1) * size).reduce((total, each) => total + each, 0);
    expect(sum).toBeCloseTo(1, 5);
  }
});

it.each(["nchw", "nhwc"] as const)("blurs an edge and finds it, in %s", async (layout) => {
  const [h, w] = [16, 24];
  // Black on the left, white on the right.
  const white = (column: number): number => Number(column >= w / 2);
  const data = Float32Array.from({ length: 3 * h * w }, (_, at) =>
    white(layout === "nchw" ? at % w : Math.floor(at / 3) % w),
  );
  const backend = await cpu({ kernels: "js" });
  const { blurred, edges } = await filter(backend, tensor(data, [1, 3, h, w], { layout }));
  await backend.dispose();
  expect(blurred.layout).toBe(layout);
  const pixel = (column: number): number => blurred.data[layout === "nchw" ? 5 * w + column : (5 * w + column) * 3]!;
  expect(pixel(0)).toBeCloseTo(0, 3);
  expect(pixel(w / 2)).toBeGreaterThan(0.5);
  expect(pixel(w / 2)).toBeLessThan(0.7);
  expect(pixel(w - 1)).toBeCloseTo(1, 3);

  expect(edges.shape).toEqual([1, 1, h, w]);
  const row = [...edges.data.subarray(5 * w, 6 * w)];
  expect(row.map((value) => Number(value > 0.5))).toEqual(
    row.map((_, column) => Number(column === w / 2 - 1 || column === w / 2)),
  );
});

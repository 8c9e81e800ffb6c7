import { expect, test } from "vitest";
import { faster, milliseconds, size, small } from "./numbers.js";

test("milliseconds have three digits", () => {
  expect([0.01234, 0.1234, 1.234, 12.34, 123.4, 1234.5].map(milliseconds)).toEqual([
    "0.012 ms",
    "0.123 ms",
    "1.23 ms",
    "12.3 ms",
    "123 ms",
    "1235 ms",
  ]);
  expect(milliseconds(0)).toBe("0.000 ms");
  expect(milliseconds(NaN)).toBe("NaN");
});

test("small numbers and sizes", () => {
  expect([0, 1.234e-7, 0.0345, NaN, Infinity].map(small)).toEqual(["0", "1.2e-7", "0.035", "NaN", "Infinity"]);
  expect(size([1, 3, 341, 512])).toBe("512 × 341, 3 channels");
  expect(size([1, 1, 2, 3])).toBe("3 × 2, 1 channel");
});

test("the sentence names the faster one, in either order", () => {
  const [cpu, gpu] = [
    { name: "cpu", median: 2 },
    { name: "gpu", median: 5 },
  ];
  expect(faster(cpu, gpu)).toBe("cpu is 2.5 times as fast as gpu here.");
  expect(faster(gpu, cpu)).toBe(faster(cpu, gpu));
  expect(faster(cpu, { name: "gpu", median: 2.05 })).toBe("cpu and gpu take about as long.");
  expect(faster({ ...cpu, median: 0 }, gpu)).toBe("cpu and gpu take about as long.");
});

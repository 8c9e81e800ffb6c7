import { readFileSync } from "node:fs";
import sharp from "sharp";
import { expect, it } from "vitest";
import { classify, probabilitiesOf, readPhoto } from "./classify.js";

const NETWORK = new URL("../../packages/onnx/test-files/torch/mobilenet-v2.onnx", import.meta.url);

it("reads a photo as torchvision normalises it", async () => {
  const photo = await sharp({ create: { width: 90, height: 60, channels: 3, background: { r: 255, g: 0, b: 0 } } })
    .png()
    .toBuffer();
  const x = await readPhoto(photo, 8, 16);
  expect(x.shape).toEqual([1, 3, 8, 16]);
  expect(x.layout).toBe("nhwc");
  const expected = [(1 - 0.485) / 0.229, -0.456 / 0.224, -0.406 / 0.225];
  for (const at of [0, 3, 3 * 8 * 16 - 3]) {
    for (const [channel, value] of expected.entries()) expect(x.data[at + channel]).toBeCloseTo(value, 5);
  }
});

it("gives the most probable classes of a network whose size is in its file, best first", async () => {
  const photo = await sharp({ create: { width: 90, height: 60, channels: 3, background: "#8ac" } })
    .png()
    .toBuffer();
  const best = await classify(readFileSync(NETWORK), photo, 3);
  expect(best).toHaveLength(3);
  const probabilities = best.map(({ probability }) => probability);
  expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a));
  expect(probabilities[0]).toBeGreaterThan(0);
  expect(probabilities.reduce((sum, each) => sum + each)).toBeLessThanOrEqual(1 + 1e-6);
  expect(new Set(best.map((each) => each.class)).size).toBe(3);
});

it("makes probabilities of scores, and keeps those of a file that ends in Softmax", () => {
  const [first, second] = probabilitiesOf(Float32Array.of(Math.log(3), 0));
  expect(first).toBeCloseTo(0.75, 6);
  expect(second).toBeCloseTo(0.25, 6);
  expect(probabilitiesOf(Float32Array.of(0.75, 0.25))).toEqual(Float32Array.of(0.75, 0.25));
  // The sum is 1, but one score is negative. Or all are positive, with another sum.
  for (const scores of [Float32Array.of(1.5, -0.5), Float32Array.of(3, 1)]) {
    const expected = 1 / (1 + Math.exp(scores[1]! - scores[0]!));
    expect(probabilitiesOf(scores)[0]).toBeCloseTo(expected, 6);
  }
});

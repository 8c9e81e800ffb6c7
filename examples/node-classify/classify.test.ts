import { readFileSync } from "node:fs";
import sharp from "sharp";
import { expect, it } from "vitest";
import { classify, readPhoto } from "./classify.js";

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

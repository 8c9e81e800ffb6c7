import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { IMAGENET, type ImageOptions, readImage, toTensor } from "./read-image.js";

const RAW: ImageOptions = {
  channels: 3,
  height: 4,
  width: 4,
  fit: "stretch",
  order: "rgb",
  mean: [0],
  deviation: [1 / 255],
};

type Pixel = readonly number[];
/** A picture from rows of pixels. */
const picture = (rows: readonly (readonly Pixel[])[]) => {
  const channels = rows[0]![0]!.length as 1 | 3 | 4;
  return sharp(Buffer.from(rows.flat(2)), { raw: { width: rows[0]!.length, height: rows.length, channels } });
};
const times = (count: number, pixel: Pixel): Pixel[] => Array.from({ length: count }, () => pixel);
const RED: Pixel = [255, 0, 0];
const BLUE: Pixel = [0, 0, 255];
const plane = async (bytes: Uint8Array, options: Partial<ImageOptions>, channel = 0): Promise<number[]> => {
  const { data, shape } = await readImage(bytes, { ...RAW, ...options });
  const size = shape[2] * shape[3];
  return [...data.subarray(channel * size, (channel + 1) * size)].map(Math.round);
};

describe("readImage", () => {
  it.each(["png", "webp", "tiff", "gif"] as const)("reads %s", async (format) => {
    const bytes = await picture([[RED, RED], [RED, RED]]).toFormat(format, { lossless: true, ...(format === "tiff" && { compression: "lzw" }) }).toBuffer(); // prettier-ignore
    expect(await plane(bytes, {})).toEqual(Array.from({ length: 16 }, () => 255));
    expect(await plane(bytes, {}, 2)).toEqual(Array.from({ length: 16 }, () => 0));
  });

  it("reads JPEG, upright as the camera says", async () => {
    const left = Array.from({ length: 16 }, () => [...times(8, RED), ...times(8, BLUE)]);
    // Orientation 6 means a quarter turn to the right. After the turn, red is above.
    const bytes = await picture(left)
      .jpeg({ quality: 100, chromaSubsampling: "4:4:4" })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const red = await plane(bytes, { height: 16, width: 16 });
    expect(red.slice(0, 16).every((each) => each > 240)).toBe(true);
    expect(red.slice(-16).every((each) => each < 15)).toBe(true);
  });

  it("takes red or blue first, and grey for all channels", async () => {
    const bytes = await picture([[RED]])
      .png()
      .toBuffer();
    const one = { height: 1, width: 1 };
    expect([await plane(bytes, { ...one, order: "bgr" }), await plane(bytes, { ...one, order: "bgr" }, 2)]).toEqual([
      [0],
      [255],
    ]);
    const grey = await sharp(Buffer.from([77]), { raw: { width: 1, height: 1, channels: 1 } })
      .png()
      .toBuffer();
    expect([await plane(grey, one), await plane(grey, one, 2)]).toEqual([[77], [77]]);
  });

  it("makes a colour picture grey for a network of one channel", async () => {
    const bytes = await picture([[[100, 100, 100]]])
      .png()
      .toBuffer();
    expect(await plane(bytes, { channels: 1, height: 1, width: 1 })).toEqual([100]);
  });

  it("drops alpha for three channels, and makes it opaque for four", async () => {
    const clear = await picture([[[200, 0, 0, 0]]])
      .png()
      .toBuffer();
    expect(await plane(clear, { height: 1, width: 1 })).toEqual([200]);
    const opaque = await picture([[RED]])
      .png()
      .toBuffer();
    expect(await plane(opaque, { channels: 4, height: 1, width: 1 }, 3)).toEqual([255]);
  });

  it("cuts out the middle, or keeps all between black bars", async () => {
    const wide = Array.from({ length: 8 }, () => [...times(8, RED), ...times(16, [0, 255, 0]), ...times(8, RED)]); // prettier-ignore
    const bytes = await picture(wide).png().toBuffer();
    expect(await plane(bytes, { fit: "crop", height: 7, width: 7 }, 1)).toEqual(Array.from({ length: 49 }, () => 255));
    const padded = await plane(bytes, { fit: "pad", height: 32, width: 32 }, 0);
    expect([padded[0], padded[16 * 32], padded[16 * 32 + 16], padded.at(-1)]).toEqual([0, 255, 0, 0]);
  });

  it("takes a picture of one pixel, and a large one", async () => {
    const one = await picture([[RED]])
      .png()
      .toBuffer();
    for (const fit of ["crop", "stretch"] as const) {
      expect(await plane(one, { fit, height: 9, width: 5 })).toEqual(Array.from({ length: 45 }, () => 255));
    }
    expect((await plane(one, { fit: "pad", height: 3, width: 1 })).slice(0, 3)).toEqual([0, 255, 0]);
    const large = await sharp({ create: { width: 6000, height: 4000, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    expect(await plane(large, { fit: "crop" })).toEqual(Array.from({ length: 16 }, () => 255));
  });

  it.each<[string, (good: Buffer) => Uint8Array, string]>([
    ["nothing", () => new Uint8Array(0), "mpty"],
    ["text", () => Buffer.from("no picture"), "is no picture; PNG, JPEG"],
    ["a file that is cut off", (good) => good.subarray(0, good.length - 30), "png"],
  ])("refuses %s", async (_, spoil, words) => {
    const noise = Buffer.from(Array.from({ length: 3 * 64 * 64 }, (_each, index) => (index * 7919) % 251));
    const good = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
      .png()
      .toBuffer();
    await expect(readImage(spoil(good), RAW)).rejects.toThrow(words);
  });
});

describe("toTensor", () => {
  it("scales as torchvision's Normalize does", () => {
    const { data } = toTensor(Uint8Array.of(255, 0, 51), 3, { ...RAW, ...IMAGENET, height: 1, width: 1 });
    const expected = [(1 - 0.485) / 0.229, -0.456 / 0.224, (0.2 - 0.406) / 0.225];
    expect([...data]).toEqual(expected.map(Math.fround));
  });
});
